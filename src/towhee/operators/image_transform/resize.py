"""``image_resize``: another size."""

from __future__ import annotations

from collections.abc import Sequence

import PIL.Image

from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import (
    INTERPOLATIONS,
    checked_interpolation,
    checked_size,
    through_pillow,
)
from towhee.types.image import Image


class ImageResize(Operator[Image, Image]):
    """Resize images, antialiased, with Pillow.

    Args:
        size: the length of the shorter side in pixels, which keeps the proportions, or
            ``(height, width)``.
        interpolation: ``"nearest"``, ``"box"``, ``"bilinear"``, ``"hamming"``, ``"bicubic"`` or
            ``"lanczos"``.

    Raises:
        UsageError: if the size or the interpolation means nothing.

    Example:
        >>> import numpy as np
        >>> ImageResize(10)(np.zeros((40, 60, 3), np.uint8)).shape
        (10, 15, 3)
    """

    placement = "threads"

    def __init__(self, size: int | tuple[int, int], *, interpolation: str = "bicubic") -> None:
        self._size = checked_size(size)
        self._resampling = INTERPOLATIONS[checked_interpolation(interpolation)]

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image in its new size, in the mode that it has."""
        return [through_pillow(image, self._resize) for image in values]

    def _resize(self, image: PIL.Image.Image) -> PIL.Image.Image:
        if isinstance(self._size, int):
            shorter = min(image.size)
            width, height = (max(1, self._size * side // shorter) for side in image.size)
        else:
            height, width = self._size
        return image.resize((width, height), self._resampling)
