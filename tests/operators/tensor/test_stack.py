"""``tensor_stack`` makes one array of several, with an axis more."""

from __future__ import annotations

import numpy as np
import pytest

from towhee import DataCollection, dc, ops
from towhee.errors import DataError, OperatorError, UsageError


def test_batches_are_stacked_along_the_axis() -> None:
    pairs = DataCollection([np.array([x]) for x in range(4)]).batch(2).tensor_stack(axis=1)
    assert [pair.tolist() for pair in pairs] == [[[0, 1]], [[2, 3]]]


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_columns_are_stacked_as_numpy_does(axis: int) -> None:
    left, right = np.eye(2), np.ones((2, 2))
    rows = dc["a", "b"]([(left, right)]).tensor_stack[("a", "b"), "c"](axis=axis)
    assert np.array_equal(rows[0].c, np.stack([left, right], axis=axis))


def test_arrays_of_several_shapes_are_refused_with_their_shapes() -> None:
    with pytest.raises(OperatorError, match=r"arrays of shape \(2,\), \(3,\)"):
        DataCollection([[np.zeros(2), np.zeros(3)]]).tensor_stack().to_list()


@pytest.mark.parametrize("value", [3, "words", None, [], [["a"]], [[1, [2, 3]]]])
def test_what_is_no_list_of_arrays_is_refused(value: object) -> None:
    with pytest.raises(DataError):
        ops.tensor_stack()(value)


def test_an_axis_is_a_whole_number() -> None:
    with pytest.raises(UsageError, match=r"axis is a whole number, not 1\.5"):
        ops.tensor_stack(axis=1.5)
