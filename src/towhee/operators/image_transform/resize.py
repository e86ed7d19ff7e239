"""``image_resize``: another size."""

from __future__ import annotations

import math
from collections.abc import Sequence

import PIL.Image

from towhee.errors import UsageError
from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import (
    INTERPOLATIONS,
    checked_interpolation,
    checked_size,
    through_pillow,
)
from towhee.types.image import Image

_OPENCV_NAMES = {
    "area": "box",
    "cubic": "bicubic",
    "lanczos4": "lanczos",
    "linear": "bilinear",
}


class ImageResize(Operator[Image, Image]):
    """Resize images, antialiased, with Pillow.

    Args:
        size: the length of the shorter side in pixels, which keeps the proportions, or
            ``(height, width)``.
        interpolation: ``"nearest"``, ``"box"``, ``"bilinear"``, ``"hamming"``, ``"bicubic"`` or
            ``"lanczos"``; OpenCV's ``"linear"``, ``"cubic"``, ``"area"`` and ``"lanczos4"`` are
            taken for those that they are likest to.
        dsize: in place of the size, for code written for earlier versions, ``(width, height)``.
        fx: in place of a size, a factor for the width, and
        fy: one for the height.

    Raises:
        UsageError: if they or the interpolation mean nothing, or are given together.

    Example:
        >>> import numpy as np
        >>> ImageResize(10)(np.zeros((40, 60, 3), np.uint8)).shape
        (10, 15, 3)
    """

    placement = "threads"

    def __init__(
        self,
        size: int | tuple[int, int] | None = None,
        *,
        interpolation: str = "bicubic",
        dsize: Sequence[int] | None = None,
        fx: float | None = None,
        fy: float | None = None,
    ) -> None:
        given = [size is not None, dsize is not None, fx is not None or fy is not None]
        if given.count(True) != 1:
            raise UsageError("image_resize takes a size, a dsize, or both fx and fy")
        self._factors = None if given[:2] != [False, False] else _checked_factors(fx, fy)
        if size is None:
            size = (1, 1) if dsize is None else _height_and_width(dsize)
        self._size = checked_size(size)
        name = _OPENCV_NAMES.get(interpolation, interpolation)
        self._resampling = INTERPOLATIONS[checked_interpolation(name)]

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image in its new size, in the mode that it has."""
        return [through_pillow(image, self._resize) for image in values]

    def _resize(self, image: PIL.Image.Image) -> PIL.Image.Image:
        return image.resize(self._width_and_height(image.size), self._resampling)

    def _width_and_height(self, size: tuple[int, int]) -> tuple[int, int]:
        """The size that an image of a size gets."""
        if self._factors is not None:
            width, height = (
                max(1, round(side * factor))
                for side, factor in zip(size, self._factors, strict=True)
            )
        elif isinstance(self._size, int):
            width, height = (max(1, self._size * side // min(size)) for side in size)
        else:
            height, width = self._size
        return width, height


def _height_and_width(dsize: Sequence[int]) -> tuple[int, int]:
    """The size that OpenCV calls ``(width, height)``."""
    if not isinstance(dsize, (list, tuple)) or len(dsize) != 2:
        raise UsageError(f"dsize is (width, height) in pixels, not {dsize!r}")
    return dsize[1], dsize[0]


def _checked_factors(fx: float | None, fy: float | None) -> tuple[float, float]:
    """Factors for width and height."""
    for factor in (fx, fy):
        is_number = isinstance(factor, (int, float)) and not isinstance(factor, bool)
        if not is_number or not math.isfinite(factor) or factor <= 0:  # type: ignore[arg-type,operator]  # a number
            raise UsageError(f"fx and fy are numbers above 0, given together, not {fx!r}, {fy!r}")
    return float(fx), float(fy)  # type: ignore[arg-type]  # numbers
