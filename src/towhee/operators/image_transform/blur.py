"""``image_blur``: out of focus."""

from __future__ import annotations

import math
from collections.abc import Sequence

import PIL.ImageFilter

from towhee.errors import UsageError
from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import through_pillow
from towhee.types.image import Image


class ImageBlur(Operator[Image, Image]):
    """Blur images with a Gaussian.

    Args:
        radius: its standard deviation in pixels, 0 or more.

    Raises:
        UsageError: if the radius is below 0 or no number.

    Example:
        >>> import numpy as np
        >>> ImageBlur(2)(np.full((4, 4, 3), 9, np.uint8))[0, 0].tolist()
        [9, 9, 9]
    """

    placement = "threads"

    def __init__(self, radius: float = 2.0) -> None:
        is_number = isinstance(radius, (int, float)) and not isinstance(radius, bool)
        if not is_number or not math.isfinite(radius) or radius < 0:
            raise UsageError(f"radius is a number of pixels, 0 or more, not {radius!r}")
        self._blur = PIL.ImageFilter.GaussianBlur(radius)

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image blurred, in the mode that it has."""
        return [through_pillow(image, lambda shown: shown.filter(self._blur)) for image in values]
