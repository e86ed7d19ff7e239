"""``image_convert_color``: another order of the channels."""

from __future__ import annotations

from collections.abc import Sequence

from towhee.operators.base import Operator
from towhee.operators.image_decode.reader import color_mode
from towhee.operators.image_transform.pixels import checked_image
from towhee.types.image import Image


class ImageConvertColor(Operator[Image, Image]):
    """Give images another order of channels; they know the one they have.

    Args:
        mode: ``"RGB"``, ``"BGR"``, ``"RGBA"``, ``"BGRA"`` or ``"L"``, in any case. An alpha channel
            that is not asked for is dropped, one that is missing is opaque.

    Raises:
        UsageError: if the mode is none of these.

    Example:
        >>> import numpy as np
        >>> ImageConvertColor("BGR")(np.full((1, 1, 3), (1, 2, 3), np.uint8)).tolist()
        [[[3, 2, 1]]]
    """

    def __init__(self, mode: str) -> None:
        self._mode = color_mode(mode)

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image in the mode, and itself where it has it already."""
        return [checked_image(image).to(self._mode) for image in values]
