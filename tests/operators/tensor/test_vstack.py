"""``tensor_vstack`` puts arrays on top of each other."""

from __future__ import annotations

import numpy as np

from towhee import DataCollection, dc


def test_columns_become_rows_of_a_matrix() -> None:
    rows = dc["a", "b"]([(np.array([1, 2]), np.array([3, 4]))])
    assert rows.tensor_vstack[("a", "b"), "c"]()[0].c.tolist() == [[1, 2], [3, 4]]


def test_an_element_that_is_a_list_of_arrays_is_stacked() -> None:
    pairs = DataCollection([[np.array([1]), np.array([2])]])
    assert pairs.tensor_vstack()[0].tolist() == [[1], [2]]
