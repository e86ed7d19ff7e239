"""``image_rotate``: turned by an angle."""

from __future__ import annotations

import math
from collections.abc import Sequence

import PIL.Image

from towhee.errors import UsageError
from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import (
    INTERPOLATIONS,
    checked_interpolation,
    through_pillow,
)
from towhee.types.image import Image


class ImageRotate(Operator[Image, Image]):
    """Rotate images about their middle, counter-clockwise.

    Args:
        angle: in degrees; multiples of 90 with ``expand`` keep every pixel as it is.
        expand: the image grows to hold all of what was turned; otherwise it keeps its size, and
            corners are lost.
        fill: the grey, 0 to 255, of what was outside; it is opaque.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.

    Raises:
        UsageError: if one of them means nothing.

    Example:
        >>> import numpy as np
        >>> ImageRotate(90, expand=True)(np.zeros((40, 60, 3), np.uint8)).shape
        (60, 40, 3)
    """

    placement = "threads"

    def __init__(
        self,
        angle: float,
        *,
        expand: bool = False,
        fill: int = 0,
        interpolation: str = "bilinear",
    ) -> None:
        if (
            isinstance(angle, bool)
            or not isinstance(angle, (int, float))
            or not math.isfinite(angle)
        ):
            raise UsageError(f"angle is a number of degrees, not {angle!r}")
        if not isinstance(fill, int) or not 0 <= fill <= 255:
            raise UsageError(f"fill is a whole number from 0 to 255, not {fill!r}")
        name = checked_interpolation(interpolation, ("nearest", "bilinear", "bicubic"))
        self._angle = float(angle)
        self._expand = expand
        self._fill = fill
        self._resampling = INTERPOLATIONS[name]

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image turned, in the mode that it has."""
        return [through_pillow(image, self._rotate) for image in values]

    def _rotate(self, image: PIL.Image.Image) -> PIL.Image.Image:
        grey = (self._fill,) * min(len(image.getbands()), 3)
        fill = (*grey, 255) if image.mode == "RGBA" else grey
        return image.rotate(self._angle, self._resampling, expand=self._expand, fillcolor=fill)
