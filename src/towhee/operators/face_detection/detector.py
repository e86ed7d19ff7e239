"""What all face detectors have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import PIL.Image

from towhee.errors import UsageError
from towhee.operators.base import ModelOperator
from towhee.operators.image_embedding.pixels import as_image, image_content
from towhee.types import Face, Image

Shrunk = tuple[Image, tuple[float, float]]
"""An image, and what its coordinates are multiplied by to be those of the image as it was."""


class FaceDetector(ModelOperator[Image, list[Face]]):
    """The faces of images, the surest first.

    A subclass gives ``find``.

    Args:
        min_score: the least score of a face.
        best_score: the score that no face exceeds, ``None`` if there is no such.
        max_faces: how many of an image are given, the surest ones; all if ``None``.
        min_size: the least length, in pixels, of the shorter side of a face's box.
        max_side: images are shrunk for the detector until their longer side has this many pixels;
            ``None`` to take them as they are. Boxes are those of the image as it was.
    """

    def __init__(
        self,
        *,
        min_score: float,
        best_score: float | None = 1,
        max_faces: int | None,
        min_size: float,
        max_side: int | None,
    ) -> None:
        _check_number("min_score", min_score, best_score)
        _check_number("min_size", min_size)
        for name, count in (("max_faces", max_faces), ("max_side", max_side)):
            if count is not None and (not isinstance(count, int) or count < 1):
                raise UsageError(f"{name} is a whole number of at least 1, or None, not {count!r}")
        self._min_score, self._max_faces = min_score, max_faces
        self._min_size, self._max_side = min_size, max_side

    def find(self, image: Image) -> list[Face]:
        """All faces in an image in RGB; called from several threads."""
        raise NotImplementedError(f"{type(self).__name__} defines no find()")

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def prepare(self, value: Any) -> Shrunk:
        """The image in RGB, no larger than ``max_side``.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return _shrunk(as_image(value).to("RGB"), self._max_side)

    def forward(self, prepared: Sequence[Any]) -> list[list[Face]]:
        """The faces of each image; an empty list where there is none."""
        return [self._faces(image, scale) for image, scale in prepared]

    def _faces(self, image: Image, scale: tuple[float, float]) -> list[Face]:
        faces = [_scaled(face, scale) for face in self.find(image)]
        large = [
            face
            for face in faces
            if face.score >= self._min_score and min(face.width, face.height) >= self._min_size
        ]
        return sorted(large, key=lambda face: -face.score)[: self._max_faces]


def _shrunk(image: Image, max_side: int | None) -> Shrunk:
    height, width = image.shape[:2]
    if max_side is None or max(height, width) <= max_side:
        return image, (1.0, 1.0)
    ratio = max_side / max(height, width)
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    picture = PIL.Image.fromarray(np.asarray(image))
    smaller = np.array(picture.resize(size, PIL.Image.Resampling.BOX))
    return Image(smaller, "RGB"), (width / size[0], height / size[1])


def _scaled(face: Face, scale: tuple[float, float]) -> Face:
    if scale == (1.0, 1.0):
        return face
    both = np.array(scale, np.float32)
    landmarks = None if face.landmarks is None else face.landmarks * both
    return Face(face.box * np.tile(both, 2), face.score, landmarks)


def _check_number(name: str, value: float, most: float | None = None) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not value >= 0 or (most is not None and value > most):
        span = "of at least 0" if most is None else f"from 0 to {most}"
        raise UsageError(f"{name} is a number {span}, not {value!r}")
