"""Where a service searches: collections of a store, or vectors in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.functional.origin import origin_of
from towhee.search.exact import ExactSearch
from towhee.search.stores import VectorStore
from towhee.serve.served import Served
from towhee.types import SearchResult

Queries = npt.NDArray[np.float32]
"""Vectors ``(q, d)``."""
Key = str | int


class Searchable(Protocol):
    """Answers queries."""

    @property
    def metric(self) -> str:
        """What scores are: ``"cosine"``, ``"IP"`` or ``"L2"``."""

    def nearest(self, queries: Queries, topk: int, where: str | None) -> list[SearchResult]:
        """The nearest of each query ``(q, d)``, the nearest first."""

    def vector(self, key: Key) -> npt.NDArray[np.float32]:
        """The vector of an entry.

        Raises:
            UsageError: if there is none of that key.
        """


@dataclass(frozen=True, slots=True)
class Collection:
    """What clients search in.

    Attributes:
        name: by which they ask for it.
        searchable: answers.
        model: the served pipeline that made its vectors; ``None`` if that is not known.
    """

    name: str
    searchable: Searchable
    model: str | None


@dataclass(frozen=True, slots=True)
class InStore:
    """A collection of a store.

    Attributes:
        store: the collection.
    """

    store: VectorStore

    @classmethod
    def of(cls, store: VectorStore, served: Served | None) -> InStore:
        """The collection, whose vectors the pipeline makes.

        Raises:
            UsageError: if other operators or weights filled it.
        """
        origin = None if served is None else origin_of(served.plan, served.name)
        if origin is not None:
            store.require_fingerprint(origin)
        return cls(store)

    @property
    def metric(self) -> str:
        """What scores are."""
        return self.store.schema.metric

    def nearest(self, queries: Queries, topk: int, where: str | None) -> list[SearchResult]:
        """The nearest of each query ``(q, d)``, the nearest first."""
        return self.store.search(queries, topk, filter=where)

    def vector(self, key: Key) -> npt.NDArray[np.float32]:
        """The vector of an entry.

        Raises:
            UsageError: if there is none of that key.
        """
        (row,) = self.store.fetch([key], vectors=True)
        if row is None:
            raise UsageError(f"no entry of {self.store.collection!r} has the key {key!r}")
        return np.asarray(row.vector, np.float32)


@dataclass(frozen=True, slots=True)
class InMemory:
    """Vectors in memory.

    Attributes:
        index: of all of them.
    """

    index: ExactSearch

    @property
    def metric(self) -> str:
        """What scores are."""
        return self.index.metric

    def nearest(self, queries: Queries, topk: int, where: str | None) -> list[SearchResult]:
        """The nearest of each query ``(q, d)``, the nearest first."""
        if where is not None:
            raise UsageError("vectors of a file have no columns to filter by; search a store")
        return self.index.search(queries, topk)

    def vector(self, key: Key) -> npt.NDArray[np.float32]:
        """The vector of an entry.

        Raises:
            UsageError: if there is none of that key.
        """
        return self.index.vector(key)
