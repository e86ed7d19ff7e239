"""``VectorStore``: one collection of vectors that stay, whatever keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.search.field_types import FieldType
from towhee.search.metric import metric_named
from towhee.search.stores import creating, reading, searching, writing
from towhee.search.stores import rows as checked
from towhee.search.stores.connection import Connection
from towhee.search.stores.driver import Driver, Sparse
from towhee.search.stores.fingerprint import Fingerprint
from towhee.search.stores.schema import CollectionSchema, IndexSpec, KeyType
from towhee.search.stores.uri import StoreUri
from towhee.types import Entity, SearchResult

Payload = Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]
"""The payload of rows: values by column, or a mapping for each row."""


class VectorStore:
    """A collection of vectors, each with a key and a payload. ``open_store`` gives one.

    Everything that is given is checked here, so that all stores refuse the same, in the same
    words. Each call waits for a store that does not answer, up to ``patience`` seconds.

    Attributes:
        connection: by which the library's own modules talk to the driver.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from towhee import open_store
        >>> with tempfile.TemporaryDirectory() as folder, open_store(f"faiss:///{folder}") as store:
        ...     store.upsert([1, 2], np.eye(2), [{"kind": "cat"}, {"kind": "dog"}])
        ...     store.search([0.9, 0.1], topk=1)[0].payload
        [{'kind': 'cat'}]
    """

    def __init__(self, driver: Driver, uri: StoreUri, collection: str, *, patience: float) -> None:
        self.connection = Connection(driver, uri, collection, patience)

    # -- what it is ------------------------------------------------------------------------

    @property
    def uri(self) -> str:
        """Where the store is, without a password."""
        return self.connection.uri.shown

    @property
    def collection(self) -> str:
        """The name of the collection."""
        return self.connection.collection

    @property
    def driver(self) -> Driver:
        """The connection to the store, for what this class has no words for."""
        return self.connection.driver

    @property
    def exists(self) -> bool:
        """Whether the collection is there; the first rows make it."""
        return self.connection.known() is not None

    @property
    def schema(self) -> CollectionSchema:
        """What the collection holds.

        Raises:
            UnknownNameError: if it is not there.
        """
        return self.connection.schema

    def collections(self) -> list[str]:
        """The names of the store's collections that towhee made, sorted."""
        return self.connection.call(self.driver.collections)

    def create(
        self,
        dimension: int,
        *,
        metric: str = "cosine",
        key_type: KeyType = "string",
        fields: Mapping[str, FieldType] | None = None,
        index: str | IndexSpec = "flat",
        text: str | None = None,
        sparse: bool = False,
        multi: bool = False,
        fingerprint: Fingerprint | None = None,
    ) -> CollectionSchema:
        """Make the collection; ``upsert`` does it by itself for what the first rows tell.

        Args:
            dimension: the length of the vectors.
            metric: ``"cosine"``, ``"L2"`` or ``"IP"``. Under cosine the vectors are kept at unit
                length.
            key_type: ``"string"`` or ``"integer"``.
            fields: the types of the payload columns: ``"string"``, ``"integer"``, ``"float"``,
                ``"boolean"``, ``"time"``, ``"strings"``, ``"integers"``, ``"floats"`` (lists) or
                ``"json"``.
            index: ``"flat"`` (exact), ``"hnsw"``, ``"ivf_flat"``, ``"ivf_pq"``, or a spec with
                parameters.
            text: the column of strings to index for full-text search.
            sparse: whether rows have a sparse vector too.
            multi: whether a row has several vectors.
            fingerprint: what makes the vectors; others are refused.

        Raises:
            UsageError: if it is there already, or the store cannot do what is asked.
        """
        schema = CollectionSchema(
            self.collection,
            int(dimension) if isinstance(dimension, np.integer) else dimension,
            metric_named(metric),
            key_type,
            dict(fields or {}),
            creating.index_of(index),
            text,
            sparse,
            multi,
            fingerprint or Fingerprint(),
        )
        return creating.create(self.connection, schema)

    def ensure(
        self,
        keys: Sequence[Any],
        vectors: Any,
        payload: Payload | None = None,
        *,
        sparse: bool = False,
        fields: Mapping[str, FieldType] | None = None,
        fingerprint: Fingerprint | None = None,
        **options: Any,
    ) -> CollectionSchema:
        """Make the collection for rows like these, or see that the one that is there is as wanted.

        Args:
            keys: of the first rows.
            vectors: of the first rows.
            payload: of the first rows.
            sparse: whether they have sparse vectors.
            fields: the types of payload columns of which the rows have no value.
            fingerprint: what makes the vectors.
            options: ``metric``, ``index``, ``text``, …, as ``create`` takes them.

        Raises:
            UsageError: if it is there and differs in an option, or holds other vectors.
        """
        return creating.ensure(
            self.connection,
            keys,
            vectors,
            checked.columns_of(payload, len(keys)),
            sparse=sparse,
            fields=fields or {},
            fingerprint=fingerprint,
            options=options,
        )

    def require_options(self, **options: Any) -> None:
        """Refuse a collection that is there and differs in an option, as ``ensure`` does.

        Raises:
            UsageError: which says what differs.
        """
        known = self.connection.known()
        if known is not None:
            creating.require_options(known, options, self.uri)

    def require_fingerprint(self, fingerprint: Fingerprint) -> None:
        """Refuse vectors that cannot be compared with those of the collection.

        Raises:
            UsageError: which says what differs.
        """
        known = self.connection.known()
        if known is not None:
            creating.require_fingerprint(known, fingerprint, self.uri)

    def require_searchable(
        self,
        filter: str | None = None,
        fields: Sequence[str] | None = None,
        parameters: Mapping[str, int] | None = None,
    ) -> None:
        """Refuse what a search would refuse, before there is a query.

        Raises:
            UnknownNameError: for a collection, a column or a parameter that is not there.
            UsageError: for a filter that cannot be read.
        """
        self.schema.index.searched_with(**parameters or {})
        self.connection.fields(fields)
        self.connection.where(filter)

    # -- writing ---------------------------------------------------------------------------

    def upsert(
        self,
        keys: Sequence[Any],
        vectors: Any,
        payload: Payload | None = None,
        *,
        sparse: Sequence[Sparse] | None = None,
    ) -> None:
        """Write rows; one whose key is there already is replaced as a whole.

        All rows are checked before the first is written. They are written a thousand at a time;
        doing it again after a failure gives each row once.

        Args:
            keys: texts, paths or whole numbers. Of rows with one key the last one stays.
            vectors: ``(n, d)``; ``n`` arrays ``(m, d)`` where a row has several.
            payload: values by column, or a mapping for each row; ``None`` where there is no value.
            sparse: a mapping of places to numbers for each row, if the collection has them.

        Raises:
            UsageError: for vectors of another length, an unknown column, unequal counts.
            DataError: for NaN, a zero vector under cosine, a value of another type.
            StoreError: if the store refuses, or has no room left.
            StoreUnavailableError: if it has not answered in time.
        """
        keys = checked.listed(keys, "keys")
        if not getattr(vectors, "ndim", 0):  # anything but an array
            vectors = checked.listed(vectors, "vectors")
        if len(vectors) != len(keys):
            raise UsageError(f"there are {len(keys)} keys for {len(vectors)} vectors")
        columns = checked.columns_of(payload, len(keys))
        if keys:
            schema = self.ensure(keys, vectors, columns, sparse=sparse is not None)
            batch = writing.checked_batch(schema, keys, vectors, columns, sparse)
            writing.upsert(self.connection, schema, batch)

    def delete(self, keys: Iterable[Any] | None = None, *, filter: str | None = None) -> int:
        """Remove rows by their keys, or those for which a filter holds; gives their number.

        Raises:
            UsageError: if neither or both are given; ``drop()`` removes all.
        """
        if keys is not None and filter is None:
            return writing.delete(self.connection, keys)
        if keys is None and filter is not None:
            return writing.delete_where(self.connection, filter)
        raise UsageError("delete() takes keys= or filter=; drop() removes the collection")

    def drop(self) -> None:
        """Remove the collection and all that is in it."""
        self.connection.call(lambda: self.driver.drop(self.collection))
        self.connection.remember(None)

    # -- searching -------------------------------------------------------------------------

    def search(
        self,
        queries: Any,
        topk: int = 5,
        *,
        filter: str | None = None,
        fields: Sequence[str] | None = None,
        **parameters: int,
    ) -> list[SearchResult]:
        """The nearest rows of each query, nearest first.

        Args:
            queries: ``(q, d)``, or one vector ``(d,)``.
            topk: how many rows to give; fewer come back where there are not as many.
            filter: only rows for which it holds: ``'year > 2000 and kind in ["cat", "dog"]'``.
            fields: the payload columns to give; all if not given.
            parameters: of the search in the index, such as ``ef=`` of hnsw.

        Returns:
            A result for each query, with ``keys`` (``ids`` are the same), ``scores`` and
            ``payload``.

        Raises:
            UnknownNameError: for an unknown column or parameter, or a collection that is not there.
            UsageError: for queries of another length.
            DataError: for NaN, or a zero vector under cosine.
        """
        return searching.search(
            self.connection, queries, topk, filter=filter, fields=fields, parameters=parameters
        )

    def range_search(
        self,
        query: Any,
        radius: float,
        *,
        filter: str | None = None,
        fields: Sequence[str] | None = None,
        limit: int = 10_000,
        **parameters: int,
    ) -> SearchResult:
        """The rows within a distance (L2) or above a score (IP, cosine), nearest first.

        Args:
            query: one vector ``(d,)``.
            radius: the largest distance, or the least score.
            filter: only rows for which it holds.
            fields: the payload columns to give; all if not given.
            limit: the most rows to give.
            parameters: of the search in the index.
        """
        return searching.range_search(
            self.connection,
            query,
            radius,
            limit=limit,
            filter=filter,
            fields=fields,
            parameters=parameters,
        )

    def text_search(
        self,
        query: str,
        topk: int = 5,
        *,
        filter: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> SearchResult:
        """The rows whose column of text is the most relevant to words, as the store ranks them.

        Raises:
            UsageError: if the collection indexes no text.
        """
        return searching.text_search(self.connection, query, topk, filter=filter, fields=fields)

    def sparse_search(
        self,
        query: Sparse,
        topk: int = 5,
        *,
        filter: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> SearchResult:
        """The rows whose sparse vectors have the largest inner product with one.

        Raises:
            UsageError: if the collection has no sparse vectors.
        """
        return searching.sparse_search(self.connection, query, topk, filter=filter, fields=fields)

    def hybrid_search(
        self,
        query: Any = None,
        *,
        text: str | None = None,
        sparse: Sparse | None = None,
        topk: int = 5,
        filter: str | None = None,
        fields: Sequence[str] | None = None,
        weights: Sequence[float] | None = None,
        candidates: int | None = None,
    ) -> SearchResult:
        """The rows that rank high in several searches, merged by reciprocal rank.

        Args:
            query: a vector ``(d,)``.
            text: words to look for in the column of text.
            sparse: a sparse vector.
            topk: how many rows to give.
            filter: only rows for which it holds.
            fields: the payload columns to give; all if not given.
            weights: of the searches that are made, in the order of the arguments above.
            candidates: rows taken from each search, ten times ``topk`` if not given.

        Returns:
            Scores are sums of reciprocal ranks, larger is better.

        Raises:
            UsageError: if nothing is searched for.
        """
        return searching.hybrid_search(
            self.connection,
            query,
            text,
            sparse,
            topk,
            weights=weights,
            candidates=candidates,
            filter=filter,
            fields=fields,
        )

    # -- reading ---------------------------------------------------------------------------

    def fetch(self, keys: Iterable[Any], *, vectors: bool = False) -> list[Entity | None]:
        """The rows of keys, in their order; ``None`` for one that is not there.

        Args:
            keys: of the rows.
            vectors: whether to give the vectors too, as the column ``vector``.
        """
        return reading.fetch(self.connection, keys, vectors=vectors)

    def existing(self, keys: Iterable[Any]) -> set[Any]:
        """Those of some keys that are there."""
        return reading.existing(self.connection, keys)

    def count(self, filter: str | None = None) -> int:
        """How many rows there are, or for how many a filter holds."""
        return reading.count(self.connection, filter)

    def __len__(self) -> int:
        return self.count() if self.exists else 0

    def __bool__(self) -> bool:
        return True

    def rows(
        self,
        filter: str | None = None,
        *,
        vectors: bool = False,
        batch_size: int = reading.ROWS_IN_READ,
    ) -> Iterator[Entity]:
        """All rows, each once, in any order, read as they are needed: key and payload.

        Args:
            filter: only rows for which it holds.
            vectors: whether to give the vectors too, as the column ``vector``.
            batch_size: rows read at once.
        """
        searching.checked_count(batch_size, "batch_size")
        return reading.rows(self.connection, filter, vectors=vectors, batch_size=batch_size)

    def __iter__(self) -> Iterator[Entity]:
        return self.rows()

    # -- keeping it in order ---------------------------------------------------------------

    def set_index(self, kind: str, **parameters: int) -> IndexSpec:
        """Index the vectors in another way.

        Args:
            kind: ``"flat"`` (exact), ``"hnsw"``, ``"ivf_flat"`` or ``"ivf_pq"``.
            parameters: of its making and of searches: ``m=``, ``ef_construction=``, ``ef=`` of
                hnsw; ``nlist=``, ``nprobe=``, ``pq_m=``, ``refine=`` of the others.

        Raises:
            UsageError: for an index that the store does not have.
        """
        schema, spec = self.schema, IndexSpec.of(kind, **parameters)
        changed = replace(schema, index=spec)
        creating.require_abilities(self.driver, changed)
        if (spec.kind, spec.build) != (schema.index.kind, schema.index.build):
            self.connection.call(lambda: self.driver.build_index(schema, spec))
        self.connection.call(lambda: self.driver.write_schema(changed))
        self.connection.remember(changed)
        return spec

    def flush(self) -> None:
        """Bring an index up to date that does not follow each write, and tidy up."""
        known = self.connection.known()
        if known is not None:
            self.connection.call(lambda: self.driver.flush(known))

    def close(self) -> None:
        """End the connection."""
        with self.connection.lock:
            self.driver.close()

    def __enter__(self) -> VectorStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<VectorStore {self.collection!r} in {self.uri}>"
