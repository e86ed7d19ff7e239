"""``image_center_crop``: the middle of an image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee.errors import DataError
from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import checked_image, checked_size
from towhee.types.image import Image


class ImageCenterCrop(Operator[Image, Image]):
    """Cut the middle out of images.

    Args:
        size: the side of a square in pixels, or ``(height, width)``.

    Raises:
        UsageError: if the size means nothing.
        DataError: if an image is smaller.

    Example:
        >>> import numpy as np
        >>> ImageCenterCrop(32)(np.zeros((40, 60, 3), np.uint8)).shape
        (32, 32, 3)
    """

    def __init__(self, size: int | tuple[int, int]) -> None:
        checked = checked_size(size)
        self._size = (checked, checked) if isinstance(checked, int) else checked

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """The middle of each image, copied, in the mode that it has."""
        return [self._crop(checked_image(image)) for image in values]

    def _crop(self, image: Image) -> Image:
        height, width = self._size
        if image.shape[0] < height or image.shape[1] < width:
            raise DataError(
                f"an image of {image.shape[1]}x{image.shape[0]} pixels has no middle of "
                f"{width}x{height}; resize it first"
            )
        top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
        return Image(np.asarray(image)[top : top + height, left : left + width].copy(), image.mode)
