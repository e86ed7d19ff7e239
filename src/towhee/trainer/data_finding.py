"""What is noticed of training data, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]
Kind = Literal[
    "unreadable",
    "unknown_class",
    "leak",
    "near_leak",
    "contradiction",
    "duplicates",
    "few_samples",
    "imbalance",
    "random_labels",
]


@dataclass(frozen=True, slots=True)
class DataFinding:
    """Something about training data that its owner should know.

    Attributes:
        kind: for programs.
        level: ``"error"`` where no training can do what is wanted, ``"warning"`` where its result
            will be worse or its measures wrong, ``"note"`` otherwise.
        message: for people: what was seen, and what to do.
        keys: of the samples, or the names of the classes, that it is about.
    """

    kind: Kind
    level: Level
    message: str
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return self.message


def number_of(things: Sequence[str], what: str) -> str:
    """So many of a kind, in words."""
    plural = "classes" if what == "class" else f"{what}s"
    return f"{len(things):,} {what if len(things) == 1 else plural}"


def some_of(keys: Iterable[str], most: int = 3) -> str:
    """The first few, quoted."""
    named = [repr(key) for key in keys]
    return ", ".join(named[:most]) + (", …" if len(named) > most else "")
