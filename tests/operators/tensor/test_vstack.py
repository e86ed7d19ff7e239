"""``tensor_vstack`` puts arrays on top of each other."""

from __future__ import annotations

import numpy as np
import pytest

from towhee import DataCollection, dc
from towhee.errors import DataError
from towhee.operators.tensor.vstack import TensorVstack


def test_columns_become_rows_of_a_matrix() -> None:
    rows = dc["a", "b"]([(np.array([1, 2]), np.array([3, 4]))])
    assert rows.tensor_vstack[("a", "b"), "c"]()[0].c.tolist() == [[1, 2], [3, 4]]


def test_an_element_that_is_a_list_of_arrays_is_stacked() -> None:
    pairs = DataCollection([[np.array([1]), np.array([2])]])
    assert pairs.tensor_vstack()[0].tolist() == [[1], [2]]


@pytest.mark.parametrize("value", [None, 5, "text", [], np.zeros(0), [[None]], np.float64(1)])
def test_what_is_no_list_of_arrays_is_refused(value: object) -> None:
    with pytest.raises(DataError):
        TensorVstack()(value)


def test_shapes_that_do_not_fit_are_told() -> None:
    with pytest.raises(DataError, match=r"arrays of shape \(2, 2\), \(3, 3\)"):
        TensorVstack()(np.ones((2, 2)), np.ones((3, 3)))
