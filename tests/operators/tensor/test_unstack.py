"""``tensor_unstack`` takes an array apart along an axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee import DataCollection, ops
from towhee.errors import DataError


def test_each_array_becomes_a_list_of_its_parts() -> None:
    made = DataCollection([np.array([1, 2])]).tensor_unstack()
    assert [(part.shape, part.item()) for part in made[0]] == [((), 1), ((), 2)]


@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), data=st.data())
def test_stacking_the_parts_gives_the_array_again(shape: list[int], data: st.DataObject) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    array = np.arange(np.prod(shape)).reshape(shape)
    parts = ops.tensor_unstack(axis=axis)(array)
    assert np.array_equal(ops.tensor_stack(axis=axis)(parts), array)


def test_the_parts_are_no_views_of_the_array() -> None:
    array = np.zeros((2, 2))
    ops.tensor_unstack()(array)[0][:] = 1
    assert not array.any()


def test_an_axis_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"cannot unstack along axis 1 arrays of shape \(2,\)"):
        ops.tensor_unstack(axis=1)([1, 2])
