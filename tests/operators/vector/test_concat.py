"""``vector_concat`` makes one vector of several."""

from __future__ import annotations

import numpy as np
import pytest

from towhee import DataCollection, dc, ops
from towhee.errors import DataError, OperatorError, UsageError


def test_columns_are_put_one_behind_the_other() -> None:
    rows = dc["a", "b"]([([1.0], [2.0, 3.0])]).vector_concat[("a", "b"), "c"]()
    assert rows[0].c.dtype == np.float32
    assert rows[0].c.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("pair", [[[1.0], [2.0]], ([1.0], [2.0]), np.array([[1.0], [2.0]])])
def test_an_element_that_holds_several_vectors_is_concatenated(pair: object) -> None:
    assert DataCollection([pair]).vector_concat()[0].tolist() == [1.0, 2.0]


def test_unit_vectors_count_with_the_squares_of_their_weights() -> None:
    rng = np.random.default_rng(0)
    unit = ops.vector_normalize()
    first, second, third, fourth = (unit(rng.normal(size=8)) for _ in range(4))
    concat = ops.vector_concat(weights=[2, 1], normalize=True)
    expected = (4 * first @ third + second @ fourth) / 5
    assert float(concat(first, second) @ concat(third, fourth)) == pytest.approx(expected, abs=1e-6)


def test_another_number_of_vectors_than_weights_is_refused() -> None:
    with pytest.raises(DataError, match="there are 3 weights for 2 vectors"):
        ops.vector_concat(weights=[1, 2, 3])([1.0], [2.0])


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2], [np.nan, 1], ["a"], 3])
def test_weights_that_mean_nothing_are_refused(weights: object) -> None:
    with pytest.raises(UsageError, match="weights are numbers of 0 or more"):
        ops.vector_concat(weights=weights)


def test_a_bare_vector_is_not_taken_for_a_list_of_vectors() -> None:
    with pytest.raises(DataError, match="takes several columns, or one with lists of vectors"):
        ops.vector_concat()(np.ones(3))


def test_numbers_too_large_for_float32_are_refused() -> None:
    with pytest.raises(DataError, match=r"1e\+39, which is too large for float32"):
        ops.vector_concat()([1e39], [1.0])


def test_a_part_that_is_no_vector_names_its_row() -> None:
    with pytest.raises(OperatorError, match=r"row 0: .* is nan"):
        dc["a", "b"]([([np.nan], [1.0])]).vector_concat[("a", "b"), "c"]().to_list()
