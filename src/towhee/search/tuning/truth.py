"""Queries whose true neighbours are known, by comparison with every row of a store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.search.exact import ExactSearch
from towhee.search.stores import parts, reading
from towhee.search.stores import rows as checked
from towhee.search.stores.connection import Connection
from towhee.search.stores.driver import Vectors
from towhee.search.stores.schema import CollectionSchema

_BYTES_READ = 2**25
_MOST_ROWS_READ = 8192
_ALIKE = 32  # rows as near as the last neighbour, of which any may be found in its place
_ROUNDING = 1e-6  # of a score: what float32 cannot tell apart


@dataclass(frozen=True, slots=True)
class LabelledQueries:
    """Queries and their neighbours.

    Attributes:
        vectors: ``(q, d) float32``.
        own: of each query the key of the row that it is, ``None`` where it is none.
        nearest: the keys of each query's true neighbours: ``topk``, and those as near as the last.
        topk: how many neighbours a query has.
    """

    vectors: Vectors
    own: list[Any]
    nearest: list[frozenset[Any]]
    topk: int

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def to_find(self) -> int:
        """Rows to ask for: one more where a query finds itself."""
        return self.topk + any(own is not None for own in self.own)

    def recall_of(self, place: int, found: Sequence[Any]) -> float:
        """The share of a query's neighbours that were found.

        Args:
            place: of the query.
            found: keys, nearest first.
        """
        others = [key for key in found if key != self.own[place]][: self.topk]
        return sum(key in self.nearest[place] for key in others) / self.topk


def given_queries(connection: Connection, queries: Any, topk: int) -> LabelledQueries:
    """The queries of a user, with their neighbours.

    Raises:
        UsageError: for queries of another length, or none.
        DataError: for NaN, or a zero vector under cosine.
    """
    vectors = checked.checked_vectors(queries, connection.schema, "queries")
    if not len(vectors):
        raise UsageError("queries is empty; leave it out to search for rows of the collection")
    return _labelled(connection, vectors, [None] * len(vectors), topk)


def sampled_queries(connection: Connection, count: int, seed: int, topk: int) -> LabelledQueries:
    """Rows of the collection as queries, each of which is not among its own neighbours.

    The seed and the keys decide which, whatever the order in which a store gives its rows.
    """
    schema = connection.schema
    salt = str(seed).encode()[:64]

    def drawn() -> Iterator[tuple[bytes, str]]:
        for batch in reading.scanned(connection, None, False, [], _MOST_ROWS_READ):
            for key in batch.keys:
                yield hashlib.blake2b(key.encode(), digest_size=8, key=salt).digest(), key

    keys = [key for _, key in nsmallest(count, drawn())]
    rows = connection.call(lambda: connection.driver.fetch(schema, keys, vectors=True, fields=[]))
    assert rows.vectors is not None
    return _labelled(connection, rows.vectors, _names(schema, rows.keys), topk)


def _labelled(
    connection: Connection, vectors: Vectors, own: list[str] | list[None], topk: int
) -> LabelledQueries:
    schema = connection.schema
    nearest = [
        frozenset(_decoded(schema, key) for key in keys)
        for keys in _nearest(connection, vectors, own, topk)
    ]
    return LabelledQueries(vectors, [_decoded(schema, key) for key in own], nearest, topk)


def _nearest(
    connection: Connection, queries: Vectors, own: Sequence[str | None], topk: int
) -> list[list[str]]:
    """Of each query the keys of the nearest ``topk`` rows, and of those as near as the last."""
    schema = connection.schema
    kept = topk + _ALIKE
    best: list[dict[str, float]] = [{} for _ in queries]
    worst = np.full(len(queries), np.inf)
    size = max(1, min(_MOST_ROWS_READ, _BYTES_READ // (4 * schema.dimension)))
    for batch in reading.scanned(connection, None, True, [], size):
        names = _names(schema, batch.keys)
        most_parts = max(np.unique(names, return_counts=True)[1]) if schema.multi else 1
        search = ExactSearch(batch.vectors, schema.similarity, names)
        for place, found in enumerate(search.search(queries, int(most_parts) * (kept + 1))):
            costs = found.scores if schema.similarity == "L2" else [-one for one in found.scores]
            if not costs or costs[0] > worst[place]:
                continue
            near = best[place]
            for key, cost in zip(found.keys, costs, strict=True):
                if key != own[place] and cost < near.get(key, np.inf):
                    near[key] = cost
            best[place] = dict(sorted(near.items(), key=lambda each: each[1])[:kept])
            if len(best[place]) == kept:
                worst[place] = max(best[place].values())
    return [_as_near_as_last(near, topk) for near in best]


def _as_near_as_last(near: dict[str, float], topk: int) -> list[str]:
    if len(near) <= topk:
        return list(near)
    last = sorted(near.values())[topk - 1]
    return [key for key, cost in near.items() if cost <= last + _ROUNDING * abs(last)]


def _names(schema: CollectionSchema, keys: list[str]) -> list[str]:
    """The keys of the rows that entries of a store are of."""
    return list(map(parts.parent_of, keys)) if schema.multi else keys


def _decoded(schema: CollectionSchema, key: str | None) -> Any:
    return None if key is None else checked.decoded_key(key, schema.key_type)
