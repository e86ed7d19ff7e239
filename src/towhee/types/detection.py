"""An object that a model finds in an image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found, where, and how sure the model is.

    Attributes:
        box: left, top, right and bottom in pixels of the image, from its upper left corner.
        label: the name of the class.
        score: between 0 and 1, larger is surer.

    Example:
        >>> Detection((2.0, 3.5, 40.0, 30.0), "bird", 0.9).box
        (2.0, 3.5, 40.0, 30.0)
    """

    box: tuple[float, float, float, float]
    label: str
    score: float
