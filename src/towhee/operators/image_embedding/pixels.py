"""What an operator on images accepts as one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import DataError, UsageError
from towhee.operators.base import short
from towhee.operators.image_decode.decode import image_from_pillow
from towhee.operators.image_decode.pil import PilImageDecode
from towhee.types import Image


def as_image(value: object) -> Image:
    """The value as an ``Image`` without an alpha channel.

    What is transparent is composited over white and a PIL image is turned upright, as decoding
    does, so that a picture has the same vector whichever way it comes.

    Args:
        value: an ``Image``, a PIL image, or a ``uint8`` array: ``(h, w, 3)`` taken as RGB,
            ``(h, w, 4)`` as RGBA, or ``(h, w)`` as grey.

    Raises:
        DataError: for anything else, and for an image without pixels; paths and bytes have to be
            decoded first.
    """
    if isinstance(value, PIL.Image.Image):
        if not (value.width and value.height):
            raise _empty(value.width, value.height)
        return image_from_pillow(value, name=getattr(value, "filename", "") or "the PIL image")
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8:
        raise _no_image(value)
    image = _of_array(value)
    if not image.size:
        raise _empty(image.shape[1], image.shape[0])
    if image.mode in ("RGBA", "BGRA"):
        rgba = PIL.Image.fromarray(np.ascontiguousarray(image.to("RGBA")))
        return image_from_pillow(rgba, name="the image")
    return image


def image_content(value: Any) -> Any:
    """By what a value is known again: the pixels of a PIL image; anything else as it is."""
    return as_image(value) if isinstance(value, PIL.Image.Image) else value


def own_images(values: Sequence[Any]) -> list[Image]:
    """The user's own images on which backends are compared: paths, addresses or images."""
    decode = PilImageDecode()
    return [
        decode(value) if isinstance(value, (str, os.PathLike)) else as_image(value)
        for value in values
    ]


def _of_array(value: npt.NDArray[np.uint8]) -> Image:
    pixels = np.asarray(value)
    if isinstance(value, Image):
        try:
            return Image(pixels, value.mode)  # a slice of an image still bears its mode
        except UsageError as error:
            raise DataError(f"{error}; make it with Image(pixels, mode)") from error
    if pixels.ndim == 2:
        return Image(pixels, "L")
    if pixels.ndim == 3 and pixels.shape[2] in (3, 4):
        return Image(pixels, "RGB" if pixels.shape[2] == 3 else "RGBA")
    raise _no_image(value)


def _no_image(value: object) -> DataError:
    return DataError(
        f"{short(value)} is not an image: pass an Image, a PIL image or a uint8 array "
        "(height, width, 3) in RGB; put image_decode.pil in front of it to read paths, addresses "
        "or bytes"
    )


def _empty(width: int, height: int) -> DataError:
    return DataError(f"an image of {width}x{height} pixels holds nothing")
