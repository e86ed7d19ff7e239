"""``tensor_hstack`` puts arrays side by side."""

from __future__ import annotations

import numpy as np

from towhee import DataCollection, dc, ops


def test_columns_are_joined_side_by_side() -> None:
    rows = dc["a", "b"]([(np.array([1, 2]), np.array([3]))])
    assert rows.tensor_hstack[("a", "b"), "c"]()[0].c.tolist() == [1, 2, 3]


def test_matrices_are_joined_along_the_second_axis() -> None:
    assert ops.tensor_hstack()(np.eye(2), np.ones((2, 1))).tolist() == [[1, 0, 1], [0, 1, 1]]


def test_an_element_that_is_a_list_of_arrays_is_joined() -> None:
    pairs = DataCollection([[np.array([1]), np.array([2])]])
    assert pairs.tensor_hstack()[0].tolist() == [1, 2]
