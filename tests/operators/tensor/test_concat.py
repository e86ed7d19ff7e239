"""``tensor_concat`` puts arrays one behind the other."""

from __future__ import annotations

import numpy as np
import pytest

from towhee import DataCollection, dc, ops
from towhee.errors import DataError


def test_batches_are_concatenated() -> None:
    pairs = DataCollection([np.array([x]) for x in range(4)]).batch(2).tensor_concat(axis=0)
    assert [pair.tolist() for pair in pairs] == [[0, 1], [2, 3]]


def test_columns_are_concatenated_along_the_axis() -> None:
    rows = dc["a", "b"]([(np.eye(2), np.ones((2, 1)))])
    made = rows.tensor_concat[("a", "b"), "c"](axis=1)[0].c
    assert made.tolist() == [[1, 0, 1], [0, 1, 1]]


def test_shapes_that_do_not_fit_are_told() -> None:
    with pytest.raises(DataError, match=r"along axis 0 arrays of shape \(2, 2\), \(1, 3\)"):
        ops.tensor_concat()(np.eye(2), np.ones((1, 3)))
