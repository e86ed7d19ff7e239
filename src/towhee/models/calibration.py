"""Real photographs on which the ways to run an image model are compared: the sample gallery."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import PIL.Image

from towhee.types import Image

_FOLDERS = ("gallery", "queries")


@cache
def sample_photographs() -> tuple[Image, ...]:
    """The photographs inside the package, in an order in which neighbours are unlike."""
    found = []
    for folder in _FOLDERS:
        for file in files("towhee.samples").joinpath(folder).iterdir():
            if file.name.endswith((".jpg", ".png")):
                with file.open("rb") as stream, PIL.Image.open(stream) as picture:
                    found.append((file.name[::-1], Image(np.asarray(picture.convert("RGB")))))
    return tuple(image for _, image in sorted(found, key=lambda named: named[0]))
