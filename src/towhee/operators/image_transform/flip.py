"""``image_flip``: the mirror image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee.errors import UsageError
from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import checked_image
from towhee.types.image import Image


class ImageFlip(Operator[Image, Image]):
    """Mirror images.

    Args:
        direction: ``"horizontal"`` exchanges left and right, ``"vertical"`` top and bottom.

    Raises:
        UsageError: if the direction is neither.

    Example:
        >>> import numpy as np
        >>> ImageFlip()(np.array([[1, 2]], np.uint8)).tolist()
        [[2, 1]]
    """

    def __init__(self, direction: str = "horizontal") -> None:
        if direction not in ("horizontal", "vertical"):
            raise UsageError(f"direction is 'horizontal' or 'vertical', not {direction!r}")
        self._axis = 1 if direction == "horizontal" else 0

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image mirrored, in the mode that it has."""
        return [self._flip(checked_image(image)) for image in values]

    def _flip(self, image: Image) -> Image:
        mirrored = np.flip(np.asarray(image), self._axis)
        return Image(np.ascontiguousarray(mirrored), image.mode)
