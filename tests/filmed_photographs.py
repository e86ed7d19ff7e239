"""Films for tests: the camera moves over photographs of the package, one a shot."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image

Pixels = npt.NDArray[np.uint8]

GALLERY = sorted(Path(str(files("towhee.samples").joinpath("gallery"))).glob("*.jpg"))
"""Some forty photographs of different things, by name."""


def shot(
    photograph: Path, count: int, *, size: tuple[int, int] = (160, 96), speed: float = 1.0
) -> list[Pixels]:
    """The frames of a slow move over a photograph, the same for the same arguments.

    Args:
        photograph: what is filmed.
        count: the frames.
        size: their width and height.
        speed: pixels a frame.
    """
    width, height = size
    reach = round(count * speed) + 1
    with PIL.Image.open(photograph) as opened:
        picture = opened.convert("RGB").resize((width + reach, height + reach))
    places = [round(number * speed) for number in range(count)]
    return [np.asarray(picture.crop((at, at // 2, at + width, at // 2 + height))) for at in places]


def film(photographs: Sequence[Path], frames_a_shot: int, **how: float) -> list[Pixels]:
    """Shots of photographs one after the other, with hard cuts between."""
    return [frame for each in photographs for frame in shot(each, frames_a_shot, **how)]  # type: ignore[arg-type]  # size keeps its default


def edited(frames: list[Pixels]) -> list[Pixels]:
    """Cropped by a tenth on each side, smaller, and darker."""
    changed = []
    for frame in frames:
        height, width, _ = frame.shape
        inner = frame[height // 10 : -height // 10, width // 10 : -width // 10]
        small = PIL.Image.fromarray(np.ascontiguousarray(inner)).resize((128, 80))
        changed.append((np.asarray(small) * 0.85).astype(np.uint8))
    return changed
