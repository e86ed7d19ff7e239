"""Many rows become one array, bit by bit those that were given."""

from __future__ import annotations

import numpy as np
import pytest

from towhee.operators.stacking import stacked


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float16, np.int64])
@pytest.mark.parametrize("count", [1, 63, 64, 300])
def test_rows_are_those_of_numpy(dtype: type, count: int) -> None:
    chance = np.random.default_rng(0)
    rows = [chance.integers(0, 256, (5, 4, 3)).astype(dtype) for _ in range(count)]
    found = stacked(rows)
    assert found.dtype == dtype
    assert np.array_equal(found, np.stack(rows))


def test_rows_that_lie_apart_in_memory_and_empty_ones_are_stacked_too() -> None:
    pictures = [np.arange(60, dtype=np.uint8).reshape(5, 4, 3)[:, ::-1] for _ in range(70)]
    assert np.array_equal(stacked(pictures), np.stack(pictures))
    assert stacked([np.empty((0, 3), np.float32)] * 70).shape == (70, 0, 3)


def test_rows_of_unequal_shape_are_refused_as_numpy_does() -> None:
    rows = [np.zeros(3, np.uint8)] * 69 + [np.zeros(4, np.uint8)]
    with pytest.raises(ValueError, match="same shape"):
        stacked(rows)
