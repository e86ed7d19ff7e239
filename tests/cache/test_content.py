"""A content's digest is the same for the same content, and for no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from towhee import Image
from towhee.cache.content import content_digest, digest_of_all

PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)

DIFFERENT: list[Any] = [
    b"abc",
    b"abd",
    b"",
    "abc",
    "",
    None,
    0,
    1,
    True,
    1.0,
    -0.0,
    PIXELS,
    PIXELS.reshape(4, 2, 3),
    PIXELS.astype(np.int16),
    PIXELS.view(np.int8),
    PIXELS[::-1],
    Image(PIXELS, "RGB"),
    Image(PIXELS, "BGR"),
    np.float32(1),
    np.float64(1),
    np.array(1.0),
    np.empty((0, 3), np.uint8),
    np.empty((3, 0), np.uint8),
    np.array(["2026-01-01"], "M8[D]"),
    np.array([1.5], np.float16),
]


def test_every_content_has_a_digest_of_its_own() -> None:
    digests = [content_digest(value) for value in DIFFERENT]
    assert None not in digests
    assert len(set(digests)) == len(DIFFERENT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"abc", bytearray(b"abc")),
        (b"abc", memoryview(b"abc")),
        (PIXELS, PIXELS.copy()),
        (PIXELS, np.asfortranarray(PIXELS)),
        (PIXELS[:, ::2], PIXELS[:, ::2].copy()),
        (Image(PIXELS, "RGB"), Image(PIXELS.copy(), "RGB")),
    ],
)
def test_the_same_content_has_the_same_digest_however_it_lies_in_memory(
    one: Any, other: Any
) -> None:
    assert content_digest(one) == content_digest(other)


class _Labelled(np.ndarray):  # type: ignore[type-arg]
    """An array that may hold more than its buffer."""


@pytest.mark.parametrize(
    "value", [object(), [1], {"a": 1}, np.array([object()]), PIXELS.view(_Labelled), {1}]
)
def test_what_is_not_known_has_none(value: Any) -> None:
    assert content_digest(value) is None


def test_several_values_have_one_digest_that_depends_on_their_order() -> None:
    a, b = content_digest("a"), content_digest("b")
    assert digest_of_all([a]) == a
    assert len({digest_of_all([a, b]), digest_of_all([b, a]), a, b}) == 4
    assert digest_of_all([a, None]) is None
