"""``tensor_matmul`` multiplies matrices."""

from __future__ import annotations

import numpy as np
import pytest

from towhee import DataCollection, dc, ops
from towhee.errors import DataError, UsageError


def test_two_columns_are_multiplied() -> None:
    rows = dc["a", "b"]([(np.array([[1, 2]]), np.array([[3], [4]]))])
    assert rows.tensor_matmul[("a", "b"), "c"]()[0].c.tolist() == [[11]]


def test_each_element_is_multiplied_with_the_matrix() -> None:
    made = DataCollection([np.array([3, 4])]).tensor_matmul(trans=[[1, 0], [0, 2]])
    assert made[0].tolist() == [3, 8]


def test_shapes_that_do_not_fit_are_told() -> None:
    with pytest.raises(DataError, match=r"cannot multiply arrays of shape \(2,\), \(3, 3\)"):
        ops.tensor_matmul(trans=np.eye(3))([1, 2])


def test_a_second_factor_comes_from_one_place() -> None:
    with pytest.raises(UsageError, match="from one alone"):
        ops.tensor_matmul()([1, 2])
    with pytest.raises(UsageError, match="from one alone"):
        ops.tensor_matmul(trans=np.eye(2))([1, 2], [3, 4])
