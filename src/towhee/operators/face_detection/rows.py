"""``face_rows``: the faces of an image as rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.operators.base import Operator, short
from towhee.types import Face

Row = tuple[Face, npt.NDArray[np.float32], float]


class FaceRows(Operator[Sequence[Face], list[Row]]):
    """Each face with its box and its score, for a ``flat_map`` to three columns.

    Raises:
        DataError: for what is no list of faces.

    Example:
        >>> [(face, box, score)] = FaceRows()([Face([1, 2, 3, 4], 0.5)])
        >>> box.tolist(), score
        ([1.0, 2.0, 3.0, 4.0], 0.5)
    """

    def batch(self, values: Sequence[Sequence[Face]]) -> list[list[Row]]:
        """A list for each image, empty where it has no face."""
        return [[(face, face.box, face.score) for face in _checked(faces)] for faces in values]


def _checked(faces: object) -> Sequence[Face]:
    if not isinstance(faces, Sequence) or not all(isinstance(face, Face) for face in faces):
        raise DataError(f"{short(faces)} is no list of faces, as face_detection gives them")
    return faces
