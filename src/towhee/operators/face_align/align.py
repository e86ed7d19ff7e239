"""``face_align``: faces turned upright and brought to one size by their landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.operators.base import Operator
from towhee.operators.face_align.faces import for_each_face, landmarks_of, needed
from towhee.operators.face_align.similarity import similarity_transform
from towhee.operators.face_align.warp import warped
from towhee.operators.image_embedding.pixels import as_image
from towhee.types import Image

ARCFACE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
"""Where ArcFace, SFace and their kin want the landmarks of a face of 112x112 pixels."""

_SIDE = 112


class FaceAlign(Operator[Image, "Image | list[Image]"]):
    """Turn, scale and shift faces so that their landmarks lie where a model wants them.

    A second column gives each image its face, which makes one image, or a list of faces, which
    makes a list of images.

    Args:
        size: the side, in pixels, of what is made.
        template: where the five landmarks come to lie, in parts of the side, ``(5, 2)``; ``None``
            for what ArcFace, SFace and their kin are trained on.

    Raises:
        UsageError: if size or template means nothing.
        DataError: for what is no image, and a face without landmarks.

    Example:
        >>> image = np.zeros((200, 200, 3), np.uint8)
        >>> FaceAlign()(image, ARCFACE + 40).shape
        (112, 112, 3)

    Source: Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", 2019.
    """

    placement = "threads"

    def __init__(
        self, size: int = _SIDE, *, template: Sequence[Sequence[float]] | None = None
    ) -> None:
        self._size = checked_side(size)
        parts = ARCFACE / _SIDE if template is None else _checked_template(template)
        self._points = parts * self._size

    # Any: an image's faces are one, or several, or bare landmarks.
    def batch(
        self, values: Sequence[Image], faces: Sequence[Any] | None = None
    ) -> list[Image | list[Image]]:
        """The face or faces of each image, in its mode; what lies outside it is black."""
        pairs = zip(values, needed(faces), strict=True)
        return [self._all(as_image(image), of_image) for image, of_image in pairs]

    def __call__(self, value: Image, faces: Any = None) -> Image | list[Image]:
        """The face of one image, or its faces."""
        return self.batch([value], None if faces is None else [faces])[0]

    def _all(self, image: Image, faces: Any) -> Image | list[Image]:
        return for_each_face(faces, lambda face: self._aligned(image, landmarks_of(face)))

    def _aligned(self, image: Image, landmarks: npt.NDArray[np.float64]) -> Image:
        # Not the transform that brings the template nearest to the face, which is another.
        there = np.vstack([similarity_transform(landmarks, self._points), (0, 0, 1)])
        return warped(image, np.linalg.inv(there)[:2], self._size)


def checked_side(size: int) -> int:
    """The side of a square image.

    Raises:
        UsageError: if it is no whole number of at least 1.
    """
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise UsageError(f"size is a whole number of pixels, at least 1, not {size!r}")
    return size


def _checked_template(template: Any) -> npt.NDArray[np.float64]:
    try:
        points = np.asarray(template, np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.shape != (5, 2) or not np.isfinite(points).all():
        raise UsageError(f"template is five points in parts of the side, not {template!r}")
    return points
