"""Operators fit on one pass over the rows and apply on the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, State
from towhee.errors import UnknownNameError, UsageError


class Scale:
    """Divides by the largest value that it was fitted on."""

    def fit(self, values: Sequence[float]) -> None:
        self.largest = max(values)

    def __call__(self, value: float) -> float:
        return value / self.largest


def test_an_operator_is_fitted_on_all_rows_and_applied_to_each() -> None:
    made = DataCollection([1.0, 2.0, 4.0]).set_training().smap(Scale())
    assert made.to_list() == [0.25, 0.5, 1.0]


def test_what_was_fitted_in_training_is_used_in_evaluating() -> None:
    training = DataCollection([1.0, 4.0]).set_training().smap(Scale())
    state = training.get_state()
    evaluated = DataCollection([2.0, 8.0]).set_evaluating(state).smap(Scale())
    assert evaluated.to_list() == [0.5, 2.0]


def test_a_state_can_be_set_and_is_handed_on_along_the_chain() -> None:
    state = State()
    made = DataCollection([1.0, 4.0]).set_state(state).map(float).smap(Scale(), name="scale")
    assert made.get_state() is state
    assert set(state.fitted) == {"scale"}
    assert DataCollection([1]).get_state() is None


def test_a_stream_is_fitted_on_and_applied_to() -> None:
    made = DataCollection(iter([1.0, 4.0])).set_training().smap(Scale())
    assert made.to_list() == [0.25, 1.0]


def test_an_operator_with_transform_is_fitted_as_in_scikit_learn() -> None:
    class Centre:
        def fit(self, values: Sequence[Any]) -> None:
            self.mean = np.mean(values, axis=0)

        def transform(self, values: Sequence[Any]) -> Any:
            return np.asarray(values) - self.mean

    rows = [np.array([0.0]), np.array([2.0])]
    made = DataCollection(rows).set_training().smap(Centre())
    assert [value.tolist() for value in made] == [[-1.0], [1.0]]


def test_an_operator_that_was_not_fitted_is_named() -> None:
    state = DataCollection([1.0]).set_training().smap(Scale(), name="scale").get_state()
    with pytest.raises(UnknownNameError, match="no fitted operator is called 'scal'; did you mean"):
        DataCollection([1.0]).set_evaluating(state).smap(Scale(), name="scal")


def test_smap_without_a_state_says_what_to_call_first() -> None:
    with pytest.raises(UsageError, match="set_training"):
        DataCollection([1]).smap(Scale())
    with pytest.raises(UsageError, match="get_state"):
        DataCollection([1]).set_evaluating()


def test_an_operator_that_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(UsageError, match=r"smap needs an operator with fit\(values\)"):
        DataCollection([1]).set_training().smap(str)
