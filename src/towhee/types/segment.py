"""A part of an image, by its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no truth value to compare by
class Segment:
    """The pixels of one object, or of all of one kind.

    Attributes:
        mask: ``(height, width) bool`` of the image's own size, true where it is.
        label: the name of the class.
        score: between 0 and 1, larger is surer; ``None`` where each pixel was decided on its own.

    Example:
        >>> sky = Segment(np.ones((2, 3), bool), "sky", None)
        >>> sky.area
        6
    """

    mask: npt.NDArray[np.bool_]
    label: str
    score: float | None

    @property
    def area(self) -> int:
        """How many pixels it has."""
        return int(self.mask.sum())
