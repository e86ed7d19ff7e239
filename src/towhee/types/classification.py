"""A class that a model gives to something as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Classification:
    """One of the classes that a model chooses from, and how sure it is.

    Attributes:
        label: the name of the class.
        score: larger is surer; for models that choose one of several classes, a share of 1.

    Example:
        >>> Classification("towhee", 0.75)
        Classification(label='towhee', score=0.75)
    """

    label: str
    score: float
