"""Images that are drawn when they are asked for, to try a training with no data at hand."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw

CLASSES = ("disc", "square", "triangle", "cross")
GENERATED = ("train", "eval", "fake")
"""``train`` and ``eval`` show shapes that can be learned; ``fake`` is noise that cannot."""

_HUES = dict(zip(CLASSES, (0.0, 0.25, 0.5, 0.75), strict=True))
_SIZE = 1000  # as many as torchvision's FakeData has


def generated_size(size: int | None) -> int:
    """How many images there are if nobody says."""
    return _SIZE if size is None else size


class GeneratedImages(Sequence[PIL.Image.Image]):
    """Images of four shapes in turn, each in colours of its own; or noise.

    The same name, seed, place and side give the same pixels on every machine. The images of
    ``train`` and ``eval`` are drawn alike and differ.

    Args:
        name: ``"train"``, ``"eval"`` or ``"fake"``.
        size: how many.
        side: the width and the height, in pixels.
        seed: another seed draws other images.

    Example:
        >>> images = GeneratedImages("train", 20, 32)
        >>> len(images), images[0].size, CLASSES[images.label(5)]
        (20, (32, 32), 'square')
    """

    def __init__(self, name: str, size: int, side: int = 224, seed: int = 0) -> None:
        self._name, self._size, self._side, self._seed = name, size, side, seed

    def __len__(self) -> int:
        return self._size

    def label(self, index: int) -> int:
        """The place in ``CLASSES`` of what an image shows, or pretends to."""
        return index % len(CLASSES)

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self._size:
            raise IndexError(f"there are {self._size} images")
        random = np.random.default_rng((self._seed, GENERATED.index(self._name), int(index)))
        side = self._side
        if self._name == "fake":
            return PIL.Image.fromarray(random.integers(0, 256, (side, side, 3), np.uint8))
        return _drawn(CLASSES[self.label(index)], side, random)


def _drawn(shape: str, side: int, random: np.random.Generator) -> PIL.Image.Image:
    """A shape of its hue, somewhere, on a ground of any hue, with noise over all."""
    hue = _HUES[shape] + random.uniform(-0.06, 0.06)
    image = PIL.Image.new("RGB", (side, side), _colour(random.uniform(), 0.25, 0.45))
    radius = side * random.uniform(0.2, 0.35)
    x, y = random.uniform(radius, side - radius, 2).tolist()
    draw = PIL.ImageDraw.Draw(image)
    fill = _colour(hue, 0.85, random.uniform(0.75, 1.0))
    box = (x - radius, y - radius, x + radius, y + radius)
    if shape == "disc":
        draw.ellipse(box, fill)
    elif shape == "square":
        draw.rectangle(box, fill)
    elif shape == "triangle":
        draw.polygon([(x, box[1]), (box[2], box[3]), (box[0], box[3])], fill)
    else:
        draw.rectangle((x - radius / 3, box[1], x + radius / 3, box[3]), fill)
        draw.rectangle((box[0], y - radius / 3, box[2], y + radius / 3), fill)
    noise = random.integers(-20, 21, (side, side, 3))
    pixels = np.clip(np.asarray(image, np.int64) + noise, 0, 255)
    return PIL.Image.fromarray(pixels.astype(np.uint8))


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
