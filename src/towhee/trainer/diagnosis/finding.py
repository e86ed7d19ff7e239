"""What is noticed of a training, and the measure that it is judged by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "not_finite",
    "divergence",
    "not_learning",
    "overfitting",
    "class_collapse",
    "embedding_collapse",
    "random_labels",
    "no_gain",
]

CHANCE = 0.02
"""A gain that may be luck, however many samples there were."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a training.

    Attributes:
        kind: for programs.
        message: for people: what was seen, and what to do.
    """

    kind: Kind
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Watched:
    """The measure that a training is judged by.

    Attributes:
        name: its key in the history.
        chance: what a model that knows nothing reaches, such as `majority_share` of the labels.
        samples: how many it was measured on; the fewer, the more is put down to luck.
        larger_is_better: whether it should rise.
    """

    name: str
    chance: float
    samples: int | None = None
    larger_is_better: bool = True

    def is_at_chance(self, value: float) -> bool:
        """Whether the value may be luck: within two standard errors and 0.02 of chance."""
        if not self.larger_is_better:
            return value >= self.chance * (1 - CHANCE)
        return value <= self.chance + CHANCE + self._luck(self.chance)

    def is_clear(self, difference: float) -> bool:
        """Whether a difference of two values is more than luck, whichever sign it has."""
        return abs(difference) > CHANCE + self._luck(0.5)

    def _luck(self, share: float) -> float:
        """Two standard errors of a share."""
        share = min(max(share, 0.0), 1.0)
        return 2 * math.sqrt(share * (1 - share) / self.samples) if self.samples else 0.0
