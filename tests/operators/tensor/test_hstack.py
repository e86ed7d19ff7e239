"""``tensor_hstack`` puts arrays side by side."""

from __future__ import annotations

import numpy as np
import pytest

from towhee import DataCollection, dc, ops
from towhee.errors import DataError
from towhee.operators.tensor.hstack import TensorHstack


def test_columns_are_joined_side_by_side() -> None:
    rows = dc["a", "b"]([(np.array([1, 2]), np.array([3]))])
    assert rows.tensor_hstack[("a", "b"), "c"]()[0].c.tolist() == [1, 2, 3]


def test_matrices_are_joined_along_the_second_axis() -> None:
    assert ops.tensor_hstack()(np.eye(2), np.ones((2, 1))).tolist() == [[1, 0, 1], [0, 1, 1]]


def test_an_element_that_is_a_list_of_arrays_is_joined() -> None:
    pairs = DataCollection([[np.array([1]), np.array([2])]])
    assert pairs.tensor_hstack()[0].tolist() == [1, 2]


@pytest.mark.parametrize("value", [None, 5, "text", [], np.zeros(0), [[None]], np.float64(1)])
def test_what_is_no_list_of_arrays_is_refused(value: object) -> None:
    with pytest.raises(DataError):
        TensorHstack()(value)


def test_shapes_that_do_not_fit_are_told() -> None:
    with pytest.raises(DataError, match=r"arrays of shape \(2, 2\), \(3, 3\)"):
        TensorHstack()(np.ones((2, 2)), np.ones((3, 3)))
