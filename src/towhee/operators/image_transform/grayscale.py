"""``image_grayscale``: without colour."""

from __future__ import annotations

from collections.abc import Sequence

from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import checked_image
from towhee.types.image import Image


class ImageGrayscale(Operator[Image, Image]):
    """Turn images grey: the luma of ITU-R 601, as Pillow and OpenCV compute it.

    An image becomes ``(height, width) uint8`` of mode ``"L"``; ``ImageConvertColor("RGB")`` makes
    three equal channels of it. An alpha channel is dropped.

    Example:
        >>> import numpy as np
        >>> ImageGrayscale()(np.full((1, 1, 3), (255, 0, 0), np.uint8)).tolist()
        [[76]]
    """

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image in grey."""
        return [checked_image(image).to("L") for image in values]
