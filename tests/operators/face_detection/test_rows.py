"""Faces become rows."""

from __future__ import annotations

import pytest

from towhee.errors import DataError
from towhee.operators.face_detection.rows import FaceRows
from towhee.types import Face


def test_each_face_comes_with_its_box_and_score() -> None:
    faces = [Face([0, 0, 4, 4], 0.9), Face([5, 5, 9, 9], 0.8)]
    rows = FaceRows()(faces)
    assert [row[0] for row in rows] == faces
    assert [row[1].tolist() for row in rows] == [[0, 0, 4, 4], [5, 5, 9, 9]]
    assert [row[2] for row in rows] == [0.9, 0.8]
    assert FaceRows()([]) == []


def test_what_is_no_list_of_faces_is_refused() -> None:
    for value in (None, "faces", [1]):
        with pytest.raises(DataError, match="no list of faces"):
            FaceRows()(value)  # type: ignore[arg-type]
