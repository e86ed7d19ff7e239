"""Ordinary JPEG files at the full speed of libjpeg-turbo, with the reference decoder's pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import PIL.Image
import simplejpeg

from towhee.operators.image_decode.pixels import turn_upright
from towhee.types.image import ColorMode

_ORDERS = {("RGB", "RGB"), ("RGB", "BGR"), ("L", "L"), ("L", "RGB"), ("L", "BGR")}
"""Pillow's mode of the file and the order asked for, where no colour has to be computed anew."""


def turbo_pixels(
    file: PIL.Image.Image, data: bytes, mode: ColorMode
) -> npt.NDArray[np.uint8] | None:
    """The pixels of a JPEG file, ``None`` if it has to be left to Pillow.

    Left to Pillow are files that have to be turned upright, colours other than YCbCr and grey,
    and whatever libjpeg-turbo complains of, so that the verdict on a damaged file stays Pillow's.

    Args:
        file: the header, as Pillow read it.
        data: the content of the file.
        mode: the order of the channels.

    Source: https://gitlab.com/jfolz/simplejpeg; both use libjpeg-turbo's accurate transform.
    """
    if file.format != "JPEG" or (file.mode, mode) not in _ORDERS or "adobe" in file.info:
        return None
    if turn_upright(file) is not None:
        return None
    order = "GRAY" if mode == "L" else mode
    try:
        pixels: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, order, fastdct=False, fastupsample=False
        )
    except ValueError:  # what it raises for whatever it does not like
        return None
    return pixels[:, :, 0] if mode == "L" else pixels
