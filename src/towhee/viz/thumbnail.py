"""Small pictures inside an HTML page."""

from __future__ import annotations

import base64
import io
import os
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageOps

from towhee.types import Image

Picture = str | os.PathLike[str] | PIL.Image.Image | Image | Any


def data_uri(picture: Picture, side: int) -> str:
    """The picture, no larger than ``side`` by ``side`` pixels, as a JPEG data URI.

    Args:
        picture: a path, a PIL image, an ``Image``, or an array ``(h, w, 3) uint8`` taken as RGB.
        side: the longest side in pixels.

    Raises:
        OSError: if a path is no image.
    """
    image = PIL.ImageOps.exif_transpose(_opened(picture)).convert("RGB")
    image.thumbnail((side, side), PIL.Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _opened(picture: Picture) -> PIL.Image.Image:
    if isinstance(picture, PIL.Image.Image):
        return picture
    if isinstance(picture, Image):
        return PIL.Image.fromarray(np.asarray(picture.to("RGB")))
    if isinstance(picture, np.ndarray):
        return PIL.Image.fromarray(picture)
    return PIL.Image.open(picture)
