"""One collection: rows that are on the disk, and an index that follows them."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from towhee.errors import StoreError
from towhee.search.filters import Expression
from towhee.search.metric import Vectors
from towhee.search.stores.driver import Hit
from towhee.search.stores.drivers.faiss import index_file
from towhee.search.stores.drivers.faiss.connection import store_errors
from towhee.search.stores.drivers.faiss.rows import Ids, Rows
from towhee.search.stores.drivers.faiss.vector_index import VectorIndex, built
from towhee.search.stores.schema import CollectionSchema, IndexSpec

logger = logging.getLogger(__name__)

_ROWS_AT_ONCE = 10_000
_WORTH_SAVING = 1000
"""Rows that the next process would have to add to the index, if it were not written again."""


class Collection:
    """The two files of a collection.

    Args:
        path: of the SQLite file, which is made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with store_errors(path):
            self.rows = Rows(path)
        self._file = os.stat(path)
        self._index: VectorIndex | None = None
        self._saved = 0, 0
        self._has_written = False

    @property
    def index_path(self) -> Path:
        """The file of the index; it may be absent, it is made of the rows."""
        return self.path.with_suffix(".faiss")

    def is_there(self) -> bool:
        """Whether the file is the one that was opened; another process may have dropped it."""
        try:
            return os.path.samestat(os.stat(self.path), self._file)
        except FileNotFoundError:
            return False

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """The rows, to write to."""
        self._has_written = True
        with store_errors(self.path):
            yield self.rows

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
        """The nearest rows of each query, all as of one moment."""
        with self._one_moment():
            index = self._current(schema, schema.index)
            allowed = None if where is None else self.rows.ids_where(schema, where)
            scores, ids = index.search(queries, topk, parameters, allowed)
            known = np.unique(ids)
            keys = self.rows.keys_of(known)
            payload = self.rows.payload_of(schema, known, fields) if fields else {}
        return [
            [
                Hit(keys[id], score, dict(payload.get(id, ())))
                for id, score in zip(*row, strict=True)
            ]
            for row in zip(ids.tolist(), scores.tolist(), strict=True)
        ]

    def build(self, schema: CollectionSchema, spec: IndexSpec) -> None:
        """Index the vectors in another way."""
        with self._one_moment():
            self._index = self._built(schema, spec)
        self._saved = 0, 0
        self._has_written = True

    def flush(self) -> None:
        """Bring the index and its file up to date.

        Raises:
            StoreError: if there is no room for the file.
        """
        with self._one_moment():
            described = self.rows.described()
            if described is None:
                return
            schema, collection = described
            index = self._current(schema, schema.index)
        if schema.index.kind != "flat" and self._saved != (index.last, index.removals):
            index_file.save(index, self.index_path, collection)
            self._saved = index.last, index.removals
        with store_errors(self.path):
            self.rows.forget_removals(index.removals)

    def close(self) -> None:
        """End the connection; what would take the next process long is written to the index."""
        try:
            if self._has_written and self.is_there():
                self._tidy()
        except StoreError as error:  # no row depends on it
            logger.warning("%s", error)
        finally:
            with suppress(sqlite3.Error):
                self.rows.close()

    def drop(self) -> None:
        """Remove the files; what is left if that is cut off is no collection."""
        with store_errors(self.path):
            self.rows.forget()
            self.rows.close()
        for suffix in ("-wal", "-shm"):  # a log that is left would be taken for the next file's
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        self.index_path.unlink(missing_ok=True)
        index_file.remove_leftovers(self.index_path)

    def _tidy(self) -> None:
        with store_errors(self.path):
            described = self.rows.described()
            if described is None:
                return
            last, removals = self.rows.reached()
            behind = last - self._saved[0] + removals - self._saved[1]
            if behind < _WORTH_SAVING:
                return
            if described[0].index.kind == "flat":
                self.rows.forget_removals(removals)
                return
        self.flush()

    @contextmanager
    def _one_moment(self) -> Iterator[None]:
        """All that is read in the block was there at one moment, whoever writes meanwhile."""
        with store_errors(self.path):
            self.rows.connection.execute("BEGIN")
            try:
                yield
            finally:
                if self.rows.connection.in_transaction:  # an error may have ended it
                    self.rows.connection.execute("COMMIT")

    def _current(self, schema: CollectionSchema, spec: IndexSpec) -> VectorIndex:
        """The index as of this moment; only what has happened since the last one is read."""
        index = self._index
        if index is None:
            described = self.rows.described()
            if described is None:
                raise StoreError(f"the collection in {self.path} was dropped meanwhile")
            index = index_file.load(self.index_path, described[1], schema, self._read(schema))
            if index is not None:
                self._saved = index.last, index.removals
        if index is None or (index.spec.kind, index.spec.build) != (spec.kind, spec.build):
            index = self._built(schema, spec)
        changes = self.rows.changes(index.last, index.removals)
        if changes is None:
            index = self._built(schema, spec)
        else:
            if len(changes.removed):
                index.remove(changes.removed)
            if changes.last > index.last:
                for ids, vectors in self.rows.added(index.last, schema.dimension, _ROWS_AT_ONCE):
                    index.add(ids, vectors)
            index.last, index.removals = changes.last, changes.removals
            if index.is_outworn():
                index = self._built(schema, spec)
        self._index = index
        return index

    def _built(self, schema: CollectionSchema, spec: IndexSpec) -> VectorIndex:
        index = VectorIndex(schema, spec, self._read(schema))
        last, removals = self.rows.reached()
        index = built(
            index, self.rows.all_ids(), self.rows.added(0, schema.dimension, _ROWS_AT_ONCE)
        )
        index.last, index.removals = last, removals
        return index

    def _read(self, schema: CollectionSchema) -> Callable[[Ids], Vectors]:
        def read(ids: Ids) -> Vectors:
            return self.rows.vectors_of(ids, schema.dimension)

        return read
