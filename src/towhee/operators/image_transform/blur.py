"""``image_blur``: out of focus."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import PIL.ImageFilter

from towhee.errors import UsageError
from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import checked_image, through_pillow
from towhee.operators.image_transform.surroundings import weighted_sums
from towhee.types.image import Image


class ImageBlur(Operator[Image, Image]):
    """Blur images with a Gaussian.

    Args:
        radius: its standard deviation in pixels, 0 or more; 2 if not given.
        ksize: in its place, for code written for earlier versions, the width and height in pixels
            of the box over which colours are averaged, as OpenCV's ``blur`` does.

    Raises:
        UsageError: if the radius is below 0 or no number, the box none, or both are given.

    Example:
        >>> import numpy as np
        >>> ImageBlur(2)(np.full((4, 4, 3), 9, np.uint8))[0, 0].tolist()
        [9, 9, 9]
    """

    placement = "threads"

    def __init__(self, radius: float | None = None, *, ksize: Sequence[int] | None = None) -> None:
        if radius is not None and ksize is not None:
            raise UsageError("image_blur takes a radius or a ksize, not both")
        self._weights = None if ksize is None else _box(ksize)
        self._blur = PIL.ImageFilter.GaussianBlur(2.0 if radius is None else _checked(radius))

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image blurred, in the mode that it has."""
        return list(map(self._blurred, values))

    def _blurred(self, value: Image) -> Image:
        if self._weights is None:
            return through_pillow(value, lambda shown: shown.filter(self._blur))
        image = checked_image(value)
        return Image(weighted_sums(np.asarray(image), self._weights), image.mode)


def _checked(radius: float) -> float:
    is_number = isinstance(radius, (int, float)) and not isinstance(radius, bool)
    if not is_number or not math.isfinite(radius) or radius < 0:
        raise UsageError(f"radius is a number of pixels, 0 or more, not {radius!r}")
    return radius


def _box(ksize: Sequence[int]) -> npt.NDArray[np.float64]:
    """The equal weights of a box."""
    sides = tuple(ksize) if isinstance(ksize, (list, tuple)) else ()
    if len(sides) != 2 or not all(isinstance(side, int) and side >= 1 for side in sides):
        raise UsageError(f"ksize is (width, height) in pixels, not {ksize!r}")
    width, height = sides
    return np.full((height, width), 1 / (width * height))
