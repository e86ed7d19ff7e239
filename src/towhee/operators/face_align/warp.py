"""A part of an image, turned, scaled and shifted into a square."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.types import Image


def warped(image: Image, back: npt.NDArray[np.float64], size: int) -> Image:
    """The square whose pixels are taken from the image, in its mode; outside it is black.

    Between pixels it is bilinear. What is shrunk to less than half is averaged first, as
    a part of its pixels would be looked at only otherwise.

    Args:
        image: from which.
        back: ``(2, 3)``; the pixel ``(x, y)`` of the square is at ``back @ (x, y, 1)``.
        size: the side of the square, in pixels.
    """
    # Pillow's coordinates are those of corners of pixels, and these are those of their middles.
    corners = back.copy()
    corners[:, 2] += 0.5 - back[:, :2].sum(axis=1) / 2
    picture = PIL.Image.fromarray(np.asarray(image))
    factor = int(math.hypot(*back[:, 0]))
    if factor > 1:
        picture = picture.reduce(factor)
        corners /= factor
    changed = picture.transform(
        (size, size),
        PIL.Image.Transform.AFFINE,
        tuple(corners.ravel()),
        PIL.Image.Resampling.BILINEAR,
    )
    return Image(np.array(changed), image.mode)
