"""What a vector search gives for one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The nearest neighbours of one query, the nearest first.

    Attributes:
        ids: their positions in the searched collection.
        scores: L2 distance (smaller is nearer), inner product or cosine (larger is nearer).
        keys: their row keys: path, id, or position.
    """

    ids: list[int]
    scores: list[float]
    keys: list[Any]

    def __len__(self) -> int:
        return len(self.ids)
