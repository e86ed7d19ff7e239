"""A face knows where it is."""

from __future__ import annotations

import numpy as np
import pytest

from towhee.errors import UsageError
from towhee.types import Face


def test_what_it_is_made_of_becomes_float32() -> None:
    face = Face([10, 20, 50, 80], np.float32(0.5), [[1, 2]] * 5)
    assert face.box.dtype == np.float32
    assert face.landmarks is not None
    assert face.landmarks.dtype == np.float32
    assert (face.width, face.height, face.score) == (40.0, 60.0, 0.5)


@pytest.mark.parametrize(
    ("box", "landmarks"),
    [([1, 2, 3], None), ([[1, 2, 3, 4]], None), ("nose", None), ([1, 2, 3, 4], [[1, 2]] * 4)],
    ids=str,
)
def test_another_shape_is_refused(box: object, landmarks: object) -> None:
    with pytest.raises(UsageError, match="of a face is"):
        Face(box, 0.5, landmarks)  # type: ignore[arg-type]
