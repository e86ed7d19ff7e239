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

    def entities(self, key: str = "key") -> list[Entity]:
        """Each neighbour as a row: its key, its ``score``, and its payload; the nearest first.

        A payload column that has the name of one of these gives way to it.

        Args:
            key: what to call the column with the keys.
        """
        payload = self.payload or [{}] * len(self)
        own = [{key: each, "score": s} for each, s in zip(self.keys, self.scores, strict=True)]
        return [Entity.of({**row, **kept, **row}) for row, kept in zip(own, payload, strict=True)]
