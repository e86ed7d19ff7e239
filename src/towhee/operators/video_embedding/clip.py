"""What operators on videos accept as the frames of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from towhee.errors import DataError
from towhee.operators.base import short
from towhee.types import Image

T = TypeVar("T")


def each_frame(value: object) -> Iterator[object]:
    """The frames of a video one after the other: of a list, a generator, or ``(n, h, w, 3)``.

    Raises:
        DataError: for what holds no frames, a path among others, and for a single frame.
    """
    if isinstance(value, Image) or (isinstance(value, np.ndarray) and value.ndim < 4):
        raise DataError(f"{short(value)} is one frame, not the frames of a video; put it in a list")
    if isinstance(value, (str, bytes, dict)) or not isinstance(value, Iterable):
        raise DataError(
            f"{short(value)} is not the frames of a video; put video_decode.ffmpeg in front"
        )
    is_empty = True
    for frame in value:
        is_empty = False
        yield frame
    if is_empty:
        raise DataError("a video without a frame has no vector; check how it was sampled")


def spread(frames: Sequence[T], count: int) -> list[T]:
    """So many of the frames, evenly spread from the first to the last; some twice if need be.

    Example:
        >>> spread("abcdef", 3)
        ['a', 'c', 'f']
    """
    return [frames[place] for place in np.linspace(0, len(frames) - 1, count).astype(int)]
