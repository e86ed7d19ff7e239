"""A store of files: a SQLite file for the rows of each collection, and an index of FAISS."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from towhee.errors import StoreError, UsageError
from towhee.search.filters import Expression
from towhee.search.stores.driver import Abilities, Driver, Hit, RowBatch, Vectors
from towhee.search.stores.drivers.faiss.collection import Collection
from towhee.search.stores.drivers.faiss.connection import store_errors
from towhee.search.stores.drivers.faiss.vector_index import check_index
from towhee.search.stores.schema import CollectionSchema, IndexSpec, require_name
from towhee.search.stores.uri import StoreUri

_SUFFIX = ".sqlite"


class FaissDriver(Driver):
    """Collections in a folder: ``<collection>.sqlite`` holds the rows and is the truth.

    ``<collection>.faiss``, which HNSW and IVF indexes have besides, is made of it and brought up
    to date from it, so that a process may be killed at any time. Several processes may read and
    write; each sees what was committed before its search began, and keeps the index in memory.

    Args:
        folder: which is there.
        shown: the address for messages.
    """

    name: ClassVar[str] = "FAISS"
    abilities: ClassVar[Abilities] = Abilities(
        indexes=("flat", "hnsw", "ivf_flat", "ivf_pq"),
        text=True,
        queries_at_once=4096,  # FAISS multiplies matrices for a thousand queries of 128 numbers
    )

    def __init__(self, folder: Path, shown: str) -> None:
        self._folder = folder
        self._shown = shown
        self._open: dict[str, Collection] = {}
        self._parents: dict[str, Collection] = {}
        self._process = os.getpid()
        self._is_closed = False

    @classmethod
    def connect(cls, uri: StoreUri, options: Mapping[str, Any]) -> FaissDriver:
        """The store in a folder, which is made if it is not there."""
        if uri.path is None:
            raise UsageError(
                f"{uri.shown} names a server, and FAISS is a store of files: write three slashes, "
                "as in faiss:///folder"
            )
        if uri.path.exists() and not uri.path.is_dir():
            raise StoreError(f"{uri.shown} is a file, and FAISS keeps its collections in a folder")
        try:
            uri.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{uri.shown}: the folder cannot be made: {error}") from error
        return cls(uri.path, uri.shown)

    def collections(self) -> list[str]:
        """The names of the collections that towhee made, sorted."""
        self._require_open()
        found = []
        for path in self._folder.glob(f"*{_SUFFIX}"):
            try:
                require_name("a collection", path.stem)
                if self.read_schema(path.stem) is not None:
                    found.append(path.stem)
            except (UsageError, StoreError):  # of another application, or damaged
                continue
        return sorted(found)

    def read_schema(self, collection: str) -> CollectionSchema | None:
        """What was said of a collection when it was made."""
        if not self._path(collection).exists():
            return None
        opened = self._collection(collection)
        with store_errors(opened.path):
            described = opened.rows.described()
        if described is None:
            return None
        if described[0].name != collection:
            raise StoreError(
                f"{opened.path} holds the collection {described[0].name!r}: give the file its "
                "name back"
            )
        return described[0]

    def create(self, schema: CollectionSchema) -> None:
        """Make an empty collection."""
        check_index(schema.index, schema.dimension)
        with self._collection(schema.name).writing() as rows:
            rows.create(schema)

    def write_schema(self, schema: CollectionSchema) -> None:
        """Say anew what a collection holds."""
        with self._known(schema).writing() as rows:
            rows.describe(schema)

    def drop(self, collection: str) -> None:
        """Remove the files of a collection."""
        if self.read_schema(collection) is not None:
            self._open.pop(collection).drop()

    def upsert(self, schema: CollectionSchema, rows: RowBatch) -> None:
        """Write rows, all or none; the index follows at the next search."""
        with self._known(schema).writing() as table:
            table.upsert(schema, rows)

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
        """The nearest rows of each query."""
        return self._known(schema).search(
            schema, queries, topk, where=where, fields=fields, parameters=parameters
        )

    def text_search(
        self,
        schema: CollectionSchema,
        query: str,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[Hit]:
        """The rows whose text says any of the words, by BM25 of SQLite's FTS5."""
        opened = self._known(schema)
        with store_errors(opened.path):
            found = opened.rows.words(schema, query, topk, where=where, fields=fields)
        return [Hit(key, score, payload) for key, score, payload in found]

    def fetch(
        self, schema: CollectionSchema, keys: Sequence[str], *, vectors: bool, fields: Sequence[str]
    ) -> RowBatch:
        """The rows of keys."""
        opened = self._known(schema)
        with store_errors(opened.path):
            return opened.rows.fetch(schema, keys, vectors=vectors, fields=fields)

    def scan(
        self,
        schema: CollectionSchema,
        *,
        where: Expression | None,
        vectors: bool,
        fields: Sequence[str],
        batch: int,
    ) -> Iterator[RowBatch]:
        """All rows as they are at the first, whatever is written meanwhile."""
        opened = self._known(schema)
        with store_errors(opened.path):
            yield from opened.rows.scan(
                schema, where=where, vectors=vectors, fields=fields, batch=batch
            )

    def delete(self, schema: CollectionSchema, keys: Sequence[str]) -> None:
        """Remove the rows of keys."""
        with self._known(schema).writing() as rows:
            rows.delete(keys)

    def delete_where(self, schema: CollectionSchema, where: Expression) -> None:
        """Remove the rows for which it holds."""
        with self._known(schema).writing() as rows:
            rows.delete_where(schema, where)

    def count(self, schema: CollectionSchema, where: Expression | None) -> int:
        """How many rows there are."""
        opened = self._known(schema)
        with store_errors(opened.path):
            return opened.rows.count(schema, where)

    def build_index(self, schema: CollectionSchema, index: IndexSpec) -> None:
        """Build the index of the vectors anew; it is written to the disk by ``flush`` or at the
        end."""
        check_index(index, schema.dimension)
        self._known(schema).build(schema, index)

    def flush(self, schema: CollectionSchema) -> None:
        """Bring the index and its file up to date."""
        self._known(schema).flush()

    def close(self) -> None:
        """Close the files."""
        self._is_closed = True
        if self._process != os.getpid():
            return
        while self._open:
            self._open.popitem()[1].close()

    def _path(self, collection: str) -> Path:
        self._require_open()
        return self._folder / f"{collection}{_SUFFIX}"

    def _require_open(self) -> None:
        if self._process != os.getpid():  # a fork may neither use nor close its parent's
            self._process = os.getpid()
            self._parents, self._open = self._open, {}
        if self._is_closed:
            raise StoreError(f"the connection to {self._shown} is closed; open the store again")

    def _known(self, schema: CollectionSchema) -> Collection:
        """The files of a collection that there is.

        Raises:
            StoreError: if another process has dropped it.
        """
        self._require_open()
        opened = self._open.get(schema.name)
        if opened is not None and opened.is_there():
            return opened
        if self.read_schema(schema.name) is None:
            raise StoreError(
                f"the collection {schema.name!r} of {self._shown} was dropped by another process; "
                "open the store again"
            )
        return self._open[schema.name]

    def _collection(self, collection: str) -> Collection:
        self._require_open()
        opened = self._open.get(collection)
        if opened is not None and not opened.is_there():
            opened.close()
            opened = None
        if opened is None:
            opened = self._open[collection] = Collection(self._path(collection))
        return opened
