"""What operators accept as the face that an image shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import short
from towhee.types import Face

T = TypeVar("T")


def landmarks_of(face: object) -> npt.NDArray[np.float64]:
    """The five landmarks of a face, ``(5, 2) float64``.

    Args:
        face: a ``Face``, or the landmarks themselves.

    Raises:
        DataError: if it is neither, or a face without landmarks.
    """
    points = face.landmarks if isinstance(face, Face) else face
    if points is None:
        raise DataError(
            "this face has no landmarks to align by: take a detector that finds them "
            "(face_detection.yunet, face_detection.mtcnn), or face_crop"
        )
    found = _numbers(points)
    if found.shape != (5, 2):
        raise DataError(f"a face has five landmarks, (5, 2), not {short(points)}")
    return found


def box_of(face: object) -> npt.NDArray[np.float64]:
    """The box of a face, ``(4,) float64``: left, top, right and bottom in pixels.

    Args:
        face: a ``Face``, or the box itself.

    Raises:
        DataError: if it is neither.
    """
    box = _numbers(face.box if isinstance(face, Face) else face)
    if box.shape != (4,) or not np.isfinite(box).all():
        raise DataError(f"a face has a box (left, top, right, bottom), not {short(face)}")
    return box


# Any: of each image one face, or several, in whatever form.
def needed(faces: Sequence[Any] | None) -> Sequence[Any]:
    """The faces of all images, which come in a second column.

    Raises:
        UsageError: if there is none.
    """
    if faces is None:
        raise UsageError(
            'faces come in a second column, as in face_align[("image", "face"), "aligned"]()'
        )
    return faces


# Any: one face, or several, in whatever form.
def for_each_face(faces: Any, change: Callable[[Any], T]) -> T | list[T]:
    """The result for one face, or a list of them for a list of faces."""
    if isinstance(faces, Sequence) and all(isinstance(face, Face) for face in faces):
        return [change(face) for face in faces]
    return change(faces)


def _numbers(value: Any) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return np.empty(0)
