"""A face that was found in an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """Where a face is, and how sure the detector is of it.

    Attributes:
        box: left, top, right and bottom in pixels of the image, ``(4,) float32``; a face that the
            image cuts off may reach beyond it.
        score: larger is surer; what its range is, the detector says.
        landmarks: the left eye, the right eye, the tip of the nose, the left and the right corner
            of the mouth, left as one looks at the image: ``(5, 2) float32`` in pixels. ``None``
            where the detector finds none.

    Raises:
        UsageError: if the box or the landmarks have another shape.

    Example:
        >>> face = Face([10, 20, 50, 80], 0.9)
        >>> face.width, face.height
        (40.0, 60.0)
    """

    box: npt.NDArray[np.float32]
    score: float
    landmarks: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "box", _floats(self.box, (4,), "box"))
        object.__setattr__(self, "score", float(self.score))
        if self.landmarks is not None:
            object.__setattr__(self, "landmarks", _floats(self.landmarks, (5, 2), "landmarks"))

    @property
    def width(self) -> float:
        """Of the box, in pixels."""
        return float(self.box[2] - self.box[0])

    @property
    def height(self) -> float:
        """Of the box, in pixels."""
        return float(self.box[3] - self.box[1])


# Any: whatever NumPy takes for an array.
def _floats(value: Any, shape: tuple[int, ...], what: str) -> npt.NDArray[np.float32]:
    try:
        array = np.asarray(value, np.float32)
    except (TypeError, ValueError) as error:
        raise UsageError(f"the {what} of a face is {shape} float32, not {value!r}") from error
    if array.shape != shape:
        raise UsageError(f"the {what} of a face is {shape} float32, not {array.shape}")
    return array
