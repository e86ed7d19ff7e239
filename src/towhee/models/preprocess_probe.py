"""Whether a ``Preprocess`` gives the pixels of the code that a model was trained with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from towhee.models.preprocess import Floats, Pixels, Preprocess
from towhee.types import Image

_PROBES = ((151, 224, 3), (97, 64, 3), (24, 31, 3))  # greater, smaller, odd; each way round
_ROUNDING = 1e-6


def gives_pixels_of(
    reference: Callable[[Pixels], Floats], preprocess: Preprocess, *, levels: float = 0
) -> bool:
    """Whether both give the same for a few images, to the last bit.

    Args:
        reference: the model's input, ``(3, height, width) float32``, for an RGB image.
        preprocess: what is compared with it.
        levels: of 255 by which a value may differ, for a reference that rounds to no level.
    """
    std = np.asarray(preprocess.std, np.float32)[:, None, None]
    for shape in _PROBES:
        pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
        ours, theirs = preprocess(Image(pixels)), reference(pixels)
        if ours.shape != theirs.shape:
            return False
        if not levels and not np.array_equal(ours, theirs):
            return False
        if levels and not (np.abs(ours - theirs) * std * 255 <= levels + _ROUNDING).all():
            return False
    return True
