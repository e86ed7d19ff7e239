"""A picture inside an HTML page, or a box that says why there is none."""

from __future__ import annotations

import os
import struct
import zlib
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageOps

from towhee.types import Image
from towhee.viz.html_text import html_text
from towhee.viz.thumbnail import data_uri

Picture = str | os.PathLike[str] | PIL.Image.Image | np.ndarray[Any, Any] | Image
"""A path, a PIL image, an array ``(h, w, 3) uint8`` taken as RGB, or an ``Image``."""

# What Pillow's readers and numpy raise on what is no picture, as fuzzing twenty formats shows.
_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    PIL.Image.DecompressionBombError,
    PIL.Image.DecompressionBombWarning,
)

FRAME_STYLE = """
.frame { position: relative; display: grid; place-items: center; aspect-ratio: 1; overflow: hidden;
  border-radius: 10px; background: var(--frame); }
.frame img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.unreadable { align-content: center; gap: .25rem; padding: .75rem; border: 1px dashed var(--soft);
  color: var(--soft); font-size: .8125rem; line-height: 1.35; text-align: center;
  overflow-wrap: anywhere; }
.unreadable strong { color: var(--ink); font-weight: 600; }
"""


def picture_frame(picture: Picture, description: str, side: int) -> str:
    """The picture as an element of a page; a box that says so where it cannot be read.

    Args:
        picture: what to show.
        description: for those who do not see it.
        side: the longest side in pixels.
    """
    try:
        source = data_uri(_small(picture, side), side)
    except _UNREADABLE as error:
        return (
            f'<div class="frame unreadable" role="img" '
            f'aria-label="{html_text(description)} (cannot be shown: {html_text(_reason(error))})">'
            f"<strong>Cannot be shown</strong><span>{html_text(_reason(error))}</span></div>"
        )
    return f'<div class="frame"><img src="{source}" alt="{html_text(description)}"></div>'


def _small(picture: Picture, side: int) -> PIL.Image.Image:
    """The picture upright and without transparency, little larger than needed."""
    if isinstance(picture, Image):
        return PIL.Image.fromarray(np.asarray(picture.to("RGB")))
    if isinstance(picture, np.ndarray):
        return _opaque(PIL.Image.fromarray(picture))
    if isinstance(picture, PIL.Image.Image):
        return _opaque(picture)
    if not isinstance(picture, str | os.PathLike):
        raise TypeError(f"a value of type {type(picture).__name__} is no picture")
    with PIL.Image.open(picture) as image:
        image.draft("RGB", (side, side))  # a large JPEG is decoded at a fraction of its size
        return _opaque(PIL.ImageOps.exif_transpose(image))


def _opaque(image: PIL.Image.Image) -> PIL.Image.Image:
    """It on white, as a browser's white page shows it; 16 bits a pixel become 8."""
    if image.mode.startswith("I;16"):
        return PIL.Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    coloured = image.convert("RGBA")
    ground = PIL.Image.new("RGBA", coloured.size, "white")
    return PIL.Image.alpha_composite(ground, coloured).convert("RGB")


def _reason(error: BaseException) -> str:
    """Why it cannot be shown, in few words and without the names of folders."""
    if isinstance(error, PIL.UnidentifiedImageError):
        return "this is no picture"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"[:120]


def file_name(picture: Picture) -> str:
    """The name of its file, without folders; empty for a picture that has none."""
    if isinstance(picture, str | os.PathLike):
        return os.path.basename(os.fspath(picture))
    return ""
