"""``tensor_split`` cuts an array along an axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError
from towhee.operators.tensor.split import TensorSplit


def test_each_place_on_the_axis_becomes_a_part_that_keeps_it() -> None:
    made = DataCollection([np.array([[1, 2]])]).tensor_split(axis=1)
    assert [part.tolist() for part in made[0]] == [[[1]], [[2]]]


@pytest.mark.parametrize("sections", [2, [1], [1, 3]])
def test_sections_are_those_of_numpy(sections: int | list[int]) -> None:
    array = np.arange(8).reshape(4, 2)
    made = ops.tensor_split(sections=sections)(array)
    expected = np.split(array, sections)
    assert [part.tolist() for part in made] == [part.tolist() for part in expected]


@given(length=st.integers(1, 9), cuts=st.lists(st.integers(0, 9), max_size=4))
def test_concatenating_the_parts_gives_the_array_again(length: int, cuts: list[int]) -> None:
    array = np.arange(length)
    parts = ops.tensor_split(sections=sorted(cuts))(array)
    assert np.array_equal(ops.tensor_concat()(parts), array)


def test_parts_that_would_not_be_equal_are_refused() -> None:
    with pytest.raises(DataError, match=r"cannot split along axis 0 arrays of shape \(5,\)"):
        ops.tensor_split(sections=2)(np.arange(5))


@pytest.mark.parametrize("sections", [0, 1.5, "two", [1.5]])
def test_sections_that_mean_nothing_are_refused(sections: object) -> None:
    with pytest.raises(UsageError, match="sections is a number of parts"):
        ops.tensor_split(sections=sections)


@pytest.mark.parametrize(("axis", "value"), [(0, 1.0), (10**30, [1, 2])])
def test_an_axis_that_no_array_has_is_told(axis: int, value: object) -> None:
    with pytest.raises(DataError, match="cannot split"):
        TensorSplit(axis, sections=2)(value)  # type: ignore[arg-type]
