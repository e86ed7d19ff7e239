"""``PgvectorDriver``: PostgreSQL with the extension pgvector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from towhee.errors import MissingExtraError
from towhee.search.filters import Expression
from towhee.search.stores.driver import Abilities, Driver, Hit, RowBatch, Sparse, Vectors
from towhee.search.stores.schema import CollectionSchema, IndexSpec
from towhee.search.stores.uri import StoreUri

try:
    import psycopg  # noqa: F401  # statements are made of its parts in all modules below
except ImportError as error:
    raise MissingExtraError("the store pgvector", "pgvector") from error

from towhee.search.stores.drivers.pgvector import (
    definition,
    reading,
    relevance,
    searching,
    writing,
)
from towhee.search.stores.drivers.pgvector.address import OPTIONS, Address
from towhee.search.stores.drivers.pgvector.connections import Connections
from towhee.search.stores.drivers.pgvector.errors import translated
from towhee.search.stores.drivers.pgvector.layout import Table


class PgvectorDriver(Driver):
    """A table for each collection, in a schema of PostgreSQL that is towhee's.

    A call is a transaction: all of it is done, or nothing. Options: ``schema=``, the schema of
    PostgreSQL, ``"towhee"`` if not given; ``language=``, the text search configuration of new
    collections, ``"simple"`` if not given.
    """

    name: ClassVar[str] = "pgvector"
    abilities: ClassVar[Abilities] = Abilities(
        indexes=("flat", "hnsw", "ivf_flat"), text=True, sparse=True, options=OPTIONS
    )
    is_concurrent: ClassVar[bool] = True

    def __init__(self, address: Address, connections: Connections) -> None:
        self._address = address
        self._connections = connections
        self._latest: Table | None = None

    @classmethod
    def connect(cls, uri: StoreUri, options: Mapping[str, Any]) -> PgvectorDriver:
        """A connection; it adds the extension to the database if it is not there."""
        address = Address.of(uri, options)
        connections = Connections(address)
        try:
            connections.call(lambda c: definition.require_language(c, address))
        except BaseException:
            connections.close()
            raise
        return cls(address, connections)

    def collections(self) -> list[str]:
        """The names of the tables that towhee made, sorted."""
        return self._connections.call(lambda c: definition.collections(c, self._address))

    def read_schema(self, collection: str) -> CollectionSchema | None:
        """What the comment of a table says."""
        return self._connections.call(lambda c: definition.read(c, self._address, collection))

    def create(self, schema: CollectionSchema) -> None:
        """Make a table, its indexes and its comment in one transaction."""
        self._connections.call(
            lambda c: definition.create(c, self._address, self._connections.extension, schema)
        )

    def write_schema(self, schema: CollectionSchema) -> None:
        """Replace the comment of a table."""
        self._connections.call(
            lambda c: definition.write(c, self._address, self._connections.extension, schema)
        )

    def drop(self, collection: str) -> None:
        """Remove a table that towhee made."""
        self._connections.call(lambda c: definition.drop(c, self._address, collection))

    def upsert(self, schema: CollectionSchema, rows: RowBatch) -> None:
        """Write rows in one transaction."""
        if len(rows):
            self._connections.call(lambda c: writing.written(c, self._table(schema), rows))

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
        """The nearest rows of each query, nearest first, rows as near as each other by key."""
        return self._connections.call(
            lambda c: searching.nearest(
                c, self._table(schema), queries, topk, where, fields, parameters
            )
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
        """The rows with any of the words of a text, by ``ts_rank``."""
        return self._connections.call(
            lambda c: relevance.relevant(c, self._table(schema), query, topk, where, fields)
        )

    def sparse_search(
        self,
        schema: CollectionSchema,
        query: Sparse,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[Hit]:
        """The rows with the largest inner products, but for those that have nothing in common."""
        return self._connections.call(
            lambda c: relevance.similar(c, self._table(schema), query, topk, where, fields)
        )

    def fetch(
        self, schema: CollectionSchema, keys: Sequence[str], *, vectors: bool, fields: Sequence[str]
    ) -> RowBatch:
        """The rows of those keys that are there."""
        return self._connections.call(
            lambda c: reading.fetched(c, self._table(schema), keys, vectors, fields)
        )

    def scan(
        self,
        schema: CollectionSchema,
        *,
        where: Expression | None,
        vectors: bool,
        fields: Sequence[str],
        batch: int,
    ) -> Iterator[RowBatch]:
        """All rows as they are when the first batch is read; a connection is kept meanwhile."""
        connection = self._connections.take()
        try:
            with translated(self._address):
                yield from reading.scanned(
                    connection, self._table(schema), where, vectors, fields, batch
                )
        finally:
            self._connections.give(connection)

    def delete(self, schema: CollectionSchema, keys: Sequence[str]) -> None:
        """Remove rows in one transaction."""
        self._connections.call(lambda c: writing.deleted(c, self._table(schema), keys))

    def delete_where(self, schema: CollectionSchema, where: Expression) -> None:
        """Remove the rows for which it holds in one transaction."""
        self._connections.call(lambda c: writing.deleted_where(c, self._table(schema), where))

    def count(self, schema: CollectionSchema, where: Expression | None) -> int:
        """How many rows there are."""
        return self._connections.call(lambda c: reading.counted(c, self._table(schema), where))

    def build_index(self, schema: CollectionSchema, index: IndexSpec) -> None:
        """Replace the index of the vectors; writers wait until it is built."""
        self._connections.call(lambda c: definition.build_index(c, self._table(schema), index))

    def flush(self, schema: CollectionSchema) -> None:
        """Learn the lists of an ``"ivf_flat"`` from the rows, if they have doubled since."""
        self._connections.call(lambda c: definition.freshen(c, self._table(schema)))

    def close(self) -> None:
        """End the connections."""
        self._connections.close()

    def _table(self, schema: CollectionSchema) -> Table:
        table, extension = self._latest, self._connections.extension
        if table is None or table.schema is not schema or table.extension is not extension:
            table = self._latest = Table(self._address.schema, schema, extension)
        return table
