"""``to_store``, ``to_milvus``, ``to_faiss``: collections into stores."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from towhee.errors import UsageError
from towhee.functional.operator_call import parse_columns
from towhee.functional.storing import Writing, write
from towhee.search.field_types import FieldType
from towhee.search.stores import IndexSpec, VectorStore, open_store
from towhee.search.stores.uri import uri_of_folder

if TYPE_CHECKING:
    from towhee.functional.data_collection import DataCollection

C = TypeVar("C", bound="DataCollection")


class _Sink(Generic[C]):
    """A way into a store, waiting for its columns, which may be named, and its arguments."""

    def __init__(self, source: C, key: str | None = None, vector: str | None = None) -> None:
        self._source = source
        self._key, self._vector = key, vector

    def __getitem__(self, columns: Any) -> Any:
        """The same with the columns of the keys and of the vectors: ``["id", "vec"]``.

        Raises:
            UsageError: if they are not two names.
        """
        first, second = parse_columns(columns)
        if second is None or first is None or len(first) != 1 or len(second) != 1:
            raise UsageError(
                'the columns are those of the key and of the vector: ["id", "vec"], not '
                f"{columns!r}"
            )
        return type(self)(self._source, first[0], second[0])

    def _written(self, store: VectorStore, how: Writing) -> C:
        with store:
            write(self._source._source_plan(), store, how)
        return self._source


class ToStore(_Sink[C]):
    """``dc.to_store(uri)``, ``dc.to_store["id", "vec"](uri)``."""

    def __call__(
        self,
        uri: str,
        collection: str = "vectors",
        *,
        key: str | None = None,
        vector: str | None = None,
        payload: Sequence[str] | None = None,
        sparse: str | None = None,
        fields: Mapping[str, FieldType] | None = None,
        metric: str | None = None,
        index: str | IndexSpec | None = None,
        text: str | None = None,
        skip_existing: bool = False,
        batch_size: int = 1000,
        on_written: Callable[[int], None] | None = None,
        **options: Any,
    ) -> C:
        """Write the rows to a store as they are computed.

        A row whose key is there already is replaced. A run that was cut off can be started again
        as it is, and gives each row once; with ``skip_existing`` it does the work on the rest
        alone.

        Args:
            uri: ``"milvus:///photos.db"``, ``"lancedb:///folder"``, … as ``open_store`` takes it.
            collection: its name; it is made if it is not there.
            key: the column with the keys; the rows' own (paths, positions) if not given.
            vector: the column with the vectors; the only one of arrays if not given. ``(m, d)``
                arrays make a row of several vectors.
            payload: the columns to keep besides; all others if not given.
            sparse: the column with sparse vectors.
            fields: the types of payload columns of which the first rows have no value.
            metric: ``"cosine"`` (if not given), ``"L2"`` or ``"IP"``.
            index: ``"flat"`` (if not given: exact), ``"hnsw"``, …
            text: the payload column to index for full-text search.
            skip_existing: leave out rows whose keys are there, before the work on them.
            batch_size: rows written at once.
            on_written: called with the number of rows, each time when some were written.
            options: of the store, as ``open_store`` takes them.

        Returns:
            The collection itself.

        Raises:
            UsageError: if the vectors come from another model than those that are there, or
                nothing tells which column is what.
            StoreError: if the store refuses, is full, or has not answered in time.

        Example:
            >>> import tempfile
            >>> from towhee import dc, open_store
            >>> rows = dc["id", "vec"]([[1, [0.0, 1.0]], [2, [1.0, 0.0]]])
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     _ = rows.to_store["id", "vec"](f"faiss:///{folder}")
            ...     with open_store(f"faiss:///{folder}") as store:
            ...         store.search([0.1, 0.9], topk=1)[0].keys
            [1]
        """
        asked = {"metric": metric, "index": index, "text": text}
        how = Writing(
            key or self._key,
            vector or self._vector,
            payload,
            sparse,
            dict(fields or {}),
            skip_existing,
            batch_size,
            {name: value for name, value in asked.items() if value is not None},
        )
        if on_written is not None:
            how = replace(how, told=on_written)
        return self._written(open_store(uri, collection, **options), how)


class ToMilvus(_Sink[C]):
    """``dc.to_milvus["id", "vec"](collection)``."""

    def __call__(
        self,
        collection: str = "vectors",
        *,
        uri: str = "milvus:///milvus.db",
        batch: int = 1000,
        **options: Any,
    ) -> C:
        """Write the rows to a collection of Milvus; ``to_store`` has all arguments.

        Args:
            collection: its name; it is made if it is not there.
            uri: of the server, or of the file of Milvus Lite, in the working folder if not given.
            batch: rows written at once.
            options: as ``to_store`` takes them.
        """
        sink = ToStore(self._source, self._key, self._vector)
        return sink(uri, collection, batch_size=batch, **options)


class ToFaiss(_Sink[C]):
    """``dc.to_faiss["id", "vec"](findex)``."""

    def __call__(
        self,
        findex: str | os.PathLike[str] = "./index.bin",
        *,
        string: str = "IDMap,Flat",
        metric: str | None = None,
        **options: Any,
    ) -> C:
        """Write the rows to an index of FAISS on the disk; ``to_store`` has all arguments.

        Args:
            findex: the folder of the index; it is made if it is not there.
            string: what FAISS's ``index_factory`` would be given: ``"Flat"``, ``"HNSW32"``,
                ``"IVF256,Flat"``, ``"IVF256,PQ16"``, with or without ``"IDMap,"``.
            metric: ``"cosine"`` (if not given), ``"L2"`` or ``"IP"``.
            options: as ``to_store`` takes them.
        """
        sink = ToStore(self._source, self._key, self._vector)
        return sink(faiss_uri(findex), index=faiss_index(string), metric=metric, **options)


def faiss_uri(findex: str | os.PathLike[str]) -> str:
    """The address of an index of FAISS in a folder."""
    return uri_of_folder("faiss", findex)


_FACTORY = re.compile(r"(?:IDMap2?,)?(?:(Flat)|HNSW(\d+)(?:,Flat)?|IVF(\d+),(?:(Flat)|PQ(\d+)))")


def faiss_index(string: str) -> IndexSpec:
    """The index that a string of FAISS's ``index_factory`` names.

    Raises:
        UsageError: for one that the store does not have.

    Example:
        >>> faiss_index("IVF256,PQ16")
        IndexSpec(kind='ivf_pq', build={'nlist': 256, 'pq_m': 16}, search={})
    """
    found = _FACTORY.fullmatch(string)
    if found is None:
        raise UsageError(
            f"string={string!r}: there are 'Flat', 'HNSW32', 'IVF256,Flat' and 'IVF256,PQ16'"
        )
    flat, m, nlist, ivf_flat, pq_m = found.groups()
    if flat:
        return IndexSpec.of("flat")
    if m:
        return IndexSpec.of("hnsw", m=int(m))
    if ivf_flat:
        return IndexSpec.of("ivf_flat", nlist=int(nlist))
    return IndexSpec.of("ivf_pq", nlist=int(nlist), pq_m=int(pq_m))
