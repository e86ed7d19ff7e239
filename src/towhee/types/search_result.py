"""What a vector search gives for one query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from towhee.types.entity import Entity


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The nearest neighbours of one query, the nearest first.

    Attributes:
        ids: what their collection numbers them by: their positions in a collection in memory,
            their keys in a store, which has no positions.
        scores: L2 distance (smaller is nearer), inner product or cosine (larger is nearer).
        keys: their row keys: path, id, or position.
        payload: the other columns of each; empty if the collection has none.

    Example:
        >>> found = SearchResult([2], [0.9], ["cat.jpg"], [{"label": "cat"}])
        >>> found.entities()
        [Entity(key='cat.jpg', score=0.9, label='cat')]
    """

    ids: list[Any]
    scores: list[float]
    keys: list[Any]
    payload: list[dict[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids)

    def entities(self) -> list[Entity]:
        """Each neighbour as a row: ``key``, ``score``, and its payload; the nearest first.

        A payload column that is called ``key`` or ``score`` itself gives way to these.
        """
        payload = self.payload or [{}] * len(self)
        return [
            Entity.of({"key": key, "score": score, **_without_own(columns)})
            for key, score, columns in zip(self.keys, self.scores, payload, strict=True)
        ]


def _without_own(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name not in ("key", "score")}
