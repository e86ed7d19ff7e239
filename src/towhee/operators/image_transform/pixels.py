"""Pass an image through Pillow and keep the order of its channels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import PIL.Image

from towhee.errors import DataError, UsageError
from towhee.operators.image_decode.reader import image_from_array
from towhee.types.image import Image

INTERPOLATIONS = {
    "nearest": PIL.Image.Resampling.NEAREST,
    "box": PIL.Image.Resampling.BOX,
    "bilinear": PIL.Image.Resampling.BILINEAR,
    "hamming": PIL.Image.Resampling.HAMMING,
    "bicubic": PIL.Image.Resampling.BICUBIC,
    "lanczos": PIL.Image.Resampling.LANCZOS,
}


def checked_image(value: object) -> Image:
    """The value as an ``Image``; an array is taken as RGB, grey or RGBA by its shape.

    Raises:
        DataError: if it is no image.
    """
    if isinstance(value, np.ndarray):
        return image_from_array(value)
    raise DataError(f"a {type(value).__name__} is no image; decode it first, as image_decode does")


def through_pillow(value: object, change: Callable[[PIL.Image.Image], PIL.Image.Image]) -> Image:
    """The image after a change that treats all colours alike, with its mode kept."""
    image = checked_image(value)
    # To Pillow a BGR image is an RGB one in false colours, which no such change looks at.
    changed = change(PIL.Image.fromarray(np.asarray(image)))
    return Image(np.array(changed), image.mode)


def checked_interpolation(name: str, among: tuple[str, ...] = tuple(INTERPOLATIONS)) -> str:
    """The name of an interpolation.

    Raises:
        UsageError: if it is none of those that the operator knows.
    """
    if name not in among:
        raise UsageError(f"interpolation is one of {', '.join(among)}, not {name!r}")
    return name


def checked_size(size: int | tuple[int, int]) -> int | tuple[int, int]:
    """A size in pixels: one number, or height and width.

    Raises:
        UsageError: if it is neither, or below 1.
    """
    sides = (size,) if isinstance(size, int) else tuple(size) if _is_pair(size) else ()
    if not sides or any(isinstance(side, bool) or side < 1 for side in sides):
        raise UsageError(f"size is a number of pixels or (height, width), not {size!r}")
    return size if isinstance(size, int) else (sides[0], sides[1])


def _is_pair(size: object) -> bool:
    return (
        isinstance(size, (tuple, list))
        and len(size) == 2
        and all(isinstance(side, int) for side in size)
    )
