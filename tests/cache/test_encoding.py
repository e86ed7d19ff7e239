"""Results come back to the last bit, or are not taken at all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from towhee import Image
from towhee.cache.encoding import decoded, encoded


def same(one: Any, other: Any) -> bool:
    """Whether two results are of one type and one content, to the bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (np.ndarray, np.generic)):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == (other.tobytes())
        )
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    if isinstance(one, float):
        return math.copysign(1, one) == math.copysign(1, other) and (
            one == other or (math.isnan(one) and math.isnan(other))
        )
    return bool(one == other)


def restored(value: Any) -> Any:
    content = encoded(value)
    assert content is not None
    return decoded(content)


_kinds = st.sampled_from(["<f4", ">f4", "<f8", "<f2", "|u1", "<i8", "|b1", "<c8"])
_arrays = arrays.arrays(_kinds, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_results = st.recursive(
    _plain | _arrays,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_results)
def test_a_result_comes_back_to_the_last_bit(value: Any) -> None:
    assert same(restored(value), value)


@pytest.mark.parametrize("value", [np.float32("nan"), np.float32(0.1), np.bool_(True), np.int8(3)])
def test_a_number_of_numpy_comes_back_as_one(value: Any) -> None:
    assert same(restored(value), value)


def test_an_array_that_comes_back_can_be_written_to() -> None:
    vector = restored(np.zeros(3, np.float32))
    vector += 1
    assert vector.tolist() == [1, 1, 1]


def test_a_row_of_a_matrix_is_kept_without_the_matrix() -> None:
    matrix = np.zeros((1000, 4), np.float32)
    content = encoded(matrix[3])
    assert content is not None
    assert len(content) < 100


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Image(np.zeros((2, 2, 3), np.uint8)),
        np.array([object()]),
        np.zeros(2, "<f4,<f4"),
        {1: "a"},
        {"a", "b"},
        b"abc",
        [object()],
    ],
)
def test_what_could_not_come_back_exactly_is_not_taken(value: Any) -> None:
    assert encoded(value) is None


@pytest.mark.parametrize("cut", [0, 3, 10, -1])
def test_bytes_that_were_cut_are_refused(cut: int) -> None:
    content = encoded([np.arange(9), "text"])
    assert content is not None
    with pytest.raises(ValueError):
        decoded(content[:cut])


def test_bytes_that_go_on_are_refused() -> None:
    content = encoded("text")
    assert content is not None
    with pytest.raises(ValueError, match="longer than it says"):
        decoded(content + b"more")
