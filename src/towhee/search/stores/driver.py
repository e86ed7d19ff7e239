"""The contract between ``VectorStore``, which checks, and a driver, which talks to a store.

A driver is given clean data: keys that are text and differ, vectors ``(n, d) float32`` that are
finite (and at unit length under cosine), payload values of their column's type, filters whose
fields exist. It has to do only what its store's client does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.filters import Expression
from towhee.search.stores.schema import CollectionSchema, IndexKind, IndexSpec
from towhee.search.stores.uri import StoreUri

Vectors = npt.NDArray[np.float32]
Sparse = Mapping[int, float]
"""A sparse vector: the numbers that are not zero, by their places."""


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Some rows, by columns.

    Attributes:
        keys: of the rows, which differ.
        vectors: ``(n, d) float32``; ``(0, d)`` or absent where they were not asked for.
        payload: the values of each column of the schema, ``None`` where a row has none. Times
            are ``datetime`` in UTC.
        sparse: the sparse vectors, if the schema has them.
    """

    keys: list[str]
    vectors: Vectors | None
    payload: dict[str, list[Any]]
    sparse: list[Sparse] | None = None

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that a search found.

    Attributes:
        key: of the row.
        score: the Euclidean distance (not its square) under L2, the inner product under IP;
            what the store ranks by in a search for text or sparse vectors, larger is nearer.
        payload: the columns that were asked for.
    """

    key: str
    score: float
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a store can do besides what all can.

    Attributes:
        indexes: the kinds of index that it has.
        text: whether it searches text.
        sparse: whether it keeps and searches sparse vectors.
        lacks: what it cannot filter by: ``"like"``, ``"has"``, ``"members of JSON"``,
            ``"order of text"``.
        options: the names of options that ``open_store`` passes on to it.
        queries_at_once: how many queries a search takes.
    """

    indexes: tuple[IndexKind, ...] = ("flat",)
    text: bool = False
    sparse: bool = False
    lacks: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()
    queries_at_once: int = 256


class Driver(ABC):
    """One connection to one store.

    Errors of the client become ``StoreUnavailableError`` if the store does not answer, which is
    worth another try later, and ``StoreError`` otherwise; they name the store and say what to do.

    Class attributes:
        name: what messages call it.
        abilities: what it can do.
        is_concurrent: whether its methods may be called from several threads at once.
    """

    name: ClassVar[str]
    abilities: ClassVar[Abilities]
    is_concurrent: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def connect(cls, uri: StoreUri, options: Mapping[str, Any]) -> Driver:
        """A connection; an embedded store that is not there yet is made.

        Raises:
            MissingExtraError: if the client is not installed.
            StoreUnavailableError: if nothing answers there.
        """

    @abstractmethod
    def collections(self) -> list[str]:
        """The names of the collections that towhee made, sorted."""

    @abstractmethod
    def read_schema(self, collection: str) -> CollectionSchema | None:
        """What was said of a collection when it was made, ``None`` if there is none.

        Raises:
            StoreError: if there is a collection of that name that towhee did not make.
        """

    @abstractmethod
    def create(self, schema: CollectionSchema) -> None:
        """Make an empty collection, its index, and say what it holds.

        What it holds is said last, so that one whose making was cut off is not there for
        ``read_schema``; what is left of such a one is removed first.
        """

    @abstractmethod
    def write_schema(self, schema: CollectionSchema) -> None:
        """Say anew what a collection holds; its columns stay as they are."""

    @abstractmethod
    def drop(self, collection: str) -> None:
        """Remove a collection and all that is in it; nothing happens if it is not there."""

    @abstractmethod
    def upsert(self, schema: CollectionSchema, rows: RowBatch) -> None:
        """Write rows; one whose key is there already is replaced as a whole.

        When it returns, searches and counts see the rows, and they survive the process.
        """

    @abstractmethod
    def search(
        self,
        schema: CollectionSchema,
        queries: Vectors,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
        parameters: Mapping[str, int],
    ) -> list[list[Hit]]:
        """The nearest rows of each query ``(q, d) float32``, nearest first.

        Args:
            schema: of the collection.
            queries: at unit length under cosine.
            topk: how many; fewer come back where there are not as many.
            where: only rows for which it holds.
            fields: the payload columns to give.
            parameters: of the search, as ``IndexSpec.search`` names them.
        """

    def text_search(
        self,
        schema: CollectionSchema,
        query: str,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[Hit]:
        """The rows whose column of text is the most relevant to words, most relevant first.

        The words are plain text, never the store's query language.
        """
        raise UsageError(f"{self.name} searches no text; merge two searches, or use another store")

    def sparse_search(
        self,
        schema: CollectionSchema,
        query: Sparse,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[Hit]:
        """The rows whose sparse vectors have the largest inner product with one, largest first."""
        raise UsageError(f"{self.name} keeps no sparse vectors; use another store")

    @abstractmethod
    def fetch(
        self, schema: CollectionSchema, keys: Sequence[str], *, vectors: bool, fields: Sequence[str]
    ) -> RowBatch:
        """The rows of those keys that are there, in any order."""

    @abstractmethod
    def scan(
        self,
        schema: CollectionSchema,
        *,
        where: Expression | None,
        vectors: bool,
        fields: Sequence[str],
        batch: int,
    ) -> Iterator[RowBatch]:
        """All rows, each once, in batches, in any order; sparse vectors come with vectors."""

    @abstractmethod
    def delete(self, schema: CollectionSchema, keys: Sequence[str]) -> None:
        """Remove the rows of those keys that are there."""

    @abstractmethod
    def delete_where(self, schema: CollectionSchema, where: Expression) -> None:
        """Remove the rows for which it holds."""

    @abstractmethod
    def count(self, schema: CollectionSchema, where: Expression | None) -> int:
        """How many rows there are, as a search would see them."""

    @abstractmethod
    def build_index(self, schema: CollectionSchema, index: IndexSpec) -> None:
        """Replace the index of the vectors; ``write_schema`` is called afterwards."""

    def flush(self, schema: CollectionSchema) -> None:  # noqa: B027 (most have nothing to do)
        """Bring an index up to date that does not follow each write; nothing is lost without."""

    @abstractmethod
    def close(self) -> None:
        """End the connection; calling it twice does no harm."""
