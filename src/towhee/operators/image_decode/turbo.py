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
    file: PIL.Image.Image, data: bytes, mode: ColorMode, min_side: int | None = None
) -> npt.NDArray[np.uint8] | None:
    """The pixels of a JPEG file, upright, ``None`` if it has to be left to Pillow.

    Left to Pillow are colours other than YCbCr and grey, and whatever libjpeg-turbo complains of,
    so that the verdict on a damaged file stays Pillow's.

    Args:
        file: the header, as Pillow read it.
        data: the content of the file.
        mode: the order of the channels.
        min_side: as ``decode_image`` takes it.

    Source: https://gitlab.com/jfolz/simplejpeg; both use libjpeg-turbo's accurate transform.
    """
    if file.format != "JPEG" or (file.mode, mode) not in _ORDERS or "adobe" in file.info:
        return None
    order = "GRAY" if mode == "L" else mode
    by = jpeg_divisor(file.size, min_side)
    width, height = (0, 0) if by == 1 else (-(-file.width // by), -(-file.height // by))
    try:
        pixels: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, order, fastdct=False, fastupsample=False, min_width=width, min_height=height
        )
    except ValueError:  # what it raises for whatever it does not like
        return None
    if mode == "L":
        pixels = pixels[:, :, 0]
    turn = turn_upright(file)
    return pixels if turn is None else np.array(PIL.Image.fromarray(pixels).transpose(turn))


def jpeg_divisor(size: tuple[int, int], min_side: int | None) -> int:
    """By how much a JPEG file is made smaller while it is decoded: 1, 2, 4 or 8."""
    if min_side is None:
        return 1
    return next((by for by in (8, 4, 2) if min(size) // by >= min_side), 1)
