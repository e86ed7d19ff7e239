"""What an embedding operator accepts as an image."""

from __future__ import annotations

import numpy as np
import PIL.Image

from towhee.errors import DataError
from towhee.operators.base import short
from towhee.types import Image


def as_image(value: object) -> Image:
    """The value as an ``Image``.

    Args:
        value: an ``Image``, a PIL image, or a ``uint8`` array: ``(h, w, 3)`` taken as RGB, or
            ``(h, w)`` taken as grey.

    Raises:
        DataError: for anything else; paths and bytes have to be decoded first.
    """
    if isinstance(value, Image):
        return value
    if isinstance(value, PIL.Image.Image):
        return Image(np.asarray(value.convert("RGB")), "RGB")
    if isinstance(value, np.ndarray) and value.dtype == np.uint8:
        if value.ndim == 2:
            return Image(value, "L")
        if value.ndim == 3 and value.shape[2] in (3, 4):
            return Image(value, "RGB" if value.shape[2] == 3 else "RGBA")
    raise DataError(
        f"{short(value)} is not an image: an embedding takes an Image, a PIL image or a uint8 "
        "array (height, width, 3) in RGB; put image_decode.pil in front of it to read paths, "
        "addresses or bytes"
    )
