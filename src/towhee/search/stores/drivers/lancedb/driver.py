"""Vectors in LanceDB."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from towhee.errors import MissingExtraError, StoreError, UsageError
from towhee.search.filters import Expression
from towhee.search.stores.driver import Abilities, Driver, Hit, RowBatch, Vectors
from towhee.search.stores.drivers.lancedb import filters, indexes, rows, scanning, searching
from towhee.search.stores.drivers.lancedb.connection import EventLoop, as_store_errors
from towhee.search.stores.drivers.lancedb.writing import KnownKeys, alone_in, hashes_of
from towhee.search.stores.schema import KEY, VECTOR, CollectionSchema, IndexSpec
from towhee.search.stores.uri import StoreUri

if TYPE_CHECKING:
    from lancedb import AsyncConnection, AsyncTable

T = TypeVar("T")

_SAYS = "towhee"
"""What metadata of the key's column holds the schema; it is empty until all else is made."""

_KEEPS_VERSIONS = timedelta(hours=1)
"""Readers of other processes may be at work on a version for as long."""


@dataclass(slots=True)
class _Written:
    """What this connection left behind when it wrote to a table last."""

    version: int
    keys: KnownKeys | None = None


class LanceDBDriver(Driver):
    """A folder of Lance tables, or one in an object store.

    Each write is a version of a table, so that it is there as a whole or not at all, and readers
    of other processes see it with their next call.
    """

    name: ClassVar[str] = "LanceDB"
    abilities: ClassVar[Abilities] = Abilities(
        indexes=("flat", "hnsw", "ivf_flat", "ivf_pq"), text=True, lacks=filters.LACKS
    )

    def __init__(
        self, loop: EventLoop, connection: AsyncConnection, uri: StoreUri, folder: Path | None
    ) -> None:
        self._loop = loop
        self._connection = connection
        self._uri = uri
        self._folder = folder
        self._tables: dict[str, AsyncTable] = {}
        self._written: dict[str, _Written] = {}
        self._is_closed = False

    @classmethod
    def connect(cls, uri: StoreUri, options: Mapping[str, Any]) -> LanceDBDriver:
        try:
            from lancedb import connect_async
        except ImportError as error:
            raise MissingExtraError("the store LanceDB", "lancedb") from error
        place = _place(uri)
        loop = EventLoop()
        try:
            with as_store_errors(uri.shown):
                connection = loop.run(
                    connect_async(
                        place,
                        read_consistency_interval=timedelta(0),
                        storage_options=uri.options or None,
                    )
                )
        except BaseException:
            loop.close()
            raise
        return cls(loop, connection, uri, uri.path)

    # -- collections ---------------------------------------------------------------------------

    def collections(self) -> list[str]:
        names = self._run(self._names())
        return sorted(name for name in names if self._said(name))

    async def _names(self) -> list[str]:
        names: list[str] = []
        token = None
        while True:
            page = await self._connection.list_tables(page_token=token)
            names += page.tables
            token = page.page_token
            if not token:
                return names

    def read_schema(self, collection: str) -> CollectionSchema | None:
        if collection not in self._run(self._names()):
            self._forget(collection)
            return None
        said = self._said(collection)
        if said is None:
            raise StoreError(
                f"{self._uri} has a table {collection!r} that towhee did not make; choose another "
                "name for the collection"
            )
        return CollectionSchema.from_json(said) if said else None

    def _said(self, collection: str) -> str | None:
        """What towhee says of a table; empty if its making was cut off, ``None`` if not ours."""
        self._forget(collection)  # another process may have made it anew
        schema = self._run(self._schema_of(collection))
        if KEY not in schema.names:
            return None
        said = (schema.field(KEY).metadata or {}).get(_SAYS.encode())
        return None if said is None else said.decode()

    async def _schema_of(self, collection: str) -> Any:
        return await (await self._table(collection)).schema()

    def create(self, schema: CollectionSchema) -> None:
        indexes.require_index(schema, schema.index)
        if schema.name in self._run(self._names()):
            if self.read_schema(schema.name) is not None:
                raise StoreError(f"{self._uri} has a collection {schema.name!r} already")
            self.drop(schema.name)
        self._run(self._create(schema))
        self.write_schema(schema)

    async def _create(self, schema: CollectionSchema) -> None:
        columns = rows.arrow_schema(schema)
        key = columns.field(KEY).with_metadata({_SAYS: ""})
        table = await self._connection.create_table(schema.name, schema=columns.set(0, key))
        self._tables[schema.name] = table
        await table.set_unenforced_primary_key(KEY)
        if schema.text is not None:
            await table.create_index(
                rows.column_of(schema.text), config=indexes.text_index(), name=indexes.TEXT_INDEX
            )

    def write_schema(self, schema: CollectionSchema) -> None:
        async def write() -> None:
            table = await self._table(schema.name)
            await table.update_field_metadata({"path": KEY, "metadata": {_SAYS: schema.to_json()}})

        self._write(schema.name, write)

    def drop(self, collection: str) -> None:
        if collection in self._run(self._names()):
            self._run(self._connection.drop_table(collection))
        self._forget(collection)

    # -- rows ----------------------------------------------------------------------------------

    def upsert(self, schema: CollectionSchema, rows: RowBatch) -> None:
        with self._alone(schema.name) as alone:
            self._run(self._upsert(schema, rows, alone))

    async def _upsert(self, schema: CollectionSchema, batch: RowBatch, alone: bool) -> None:
        table = await self._table(schema.name)
        written = self._written.get(schema.name)
        is_undisturbed = alone and written is not None and written.version == await table.version()
        known = await _keys_of(table, written) if is_undisturbed and written else None
        hashes = hashes_of(batch.keys)
        data = rows.as_arrow(schema, batch)
        done: Any
        if known is not None and known.has_none_of(hashes):
            done = await table.add(data)
        else:
            merge = table.merge_insert(KEY).when_matched_update_all().when_not_matched_insert_all()
            # With an index, LanceDB 0.40 does not see that another process merges the same keys.
            done = await merge.use_index(False).execute(data)
        if known is not None:
            known.add(hashes)
        self._written[schema.name] = _Written(done.version, known)

    def delete(self, schema: CollectionSchema, keys: Sequence[str]) -> None:
        if keys:
            self._delete(schema, filters.has_key(keys))

    def delete_where(self, schema: CollectionSchema, where: Expression) -> None:
        self._delete(schema, filters.condition(schema, where))

    def _delete(self, schema: CollectionSchema, condition: str) -> None:
        async def delete() -> None:
            await (await self._table(schema.name)).delete(condition)

        self._write(schema.name, delete)

    def fetch(
        self, schema: CollectionSchema, keys: Sequence[str], *, vectors: bool, fields: Sequence[str]
    ) -> RowBatch:
        async def fetch() -> Any:
            query = (await self._table(schema.name)).query().where(filters.has_key(keys))
            return await query.select(
                searching.columns(fields, VECTOR if vectors else None)
            ).to_arrow()

        if not keys:
            return rows.as_rows(schema, rows.arrow_schema(schema).empty_table(), fields, vectors)
        return rows.as_rows(schema, self._run(fetch()), fields, vectors)

    def scan(
        self,
        schema: CollectionSchema,
        *,
        where: Expression | None,
        vectors: bool,
        fields: Sequence[str],
        batch: int,
    ) -> Iterator[RowBatch]:
        async def begin() -> Any:
            query = searching.filtered((await self._table(schema.name)).query(), schema, where)
            columns = searching.columns(fields, VECTOR if vectors else None)
            return await query.select(columns).to_batches(max_batch_length=batch)

        async def following() -> Any:
            return await anext_or_none(reader)

        reader = self._run(begin())
        while (piece := self._run(following())) is not None:
            if piece.num_rows:
                yield rows.as_rows(schema, piece, fields, vectors)

    def count(self, schema: CollectionSchema, where: Expression | None) -> int:
        async def count() -> int:
            condition = None if where is None else filters.condition(schema, where)
            return await (await self._table(schema.name)).count_rows(condition)

        return self._run(count())

    # -- searches ------------------------------------------------------------------------------

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
        if not len(queries):
            return []
        kind = schema.index.kind
        hits = self._nearest(schema, queries, topk, where, fields, kind, parameters)
        few = [place for place, one in enumerate(hits) if len(one) < topk]
        if kind != "flat" and few:  # a graph may end before it has led to as many
            exact = self._nearest(schema, queries[few], topk, where, fields, "flat", {})
            for place, one in zip(few, exact, strict=True):
                hits[place] = one
        return hits

    def _nearest(
        self,
        schema: CollectionSchema,
        queries: Vectors,
        topk: int,
        where: Expression | None,
        fields: Sequence[str],
        kind: str,
        parameters: Mapping[str, int],
    ) -> list[list[Hit]]:
        if kind == "flat" and len(queries) >= scanning.FEWEST_QUERIES:
            return self._compared(schema, queries, topk, where, fields)

        async def search() -> Any:
            query = searching.nearest(await self._table(schema.name), schema, queries, topk)
            query = searching.filtered(query, schema, where)
            query = query.select(searching.columns(fields, rows.DISTANCE))
            if kind == "flat":
                return await query.bypass_vector_index().to_arrow()
            return await indexes.searched(query, kind, topk, parameters).to_arrow()

        return searching.by_query(schema, self._run(search()), len(queries), fields)

    def _compared(
        self,
        schema: CollectionSchema,
        queries: Vectors,
        topk: int,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[list[Hit]]:
        """The nearest rows of many queries, from one reading of all vectors."""

        async def begin() -> tuple[AsyncTable, Any]:
            version = await (await self._table(schema.name)).version()
            # Row ids belong to a version, and another process may go on to the next.
            table = await self._connection.open_table(schema.name, version=version)
            query = searching.filtered(table.query(), schema, where)
            return table, await scanning.vector_batches(query)

        table, reader = self._run(begin())
        blocks = scanning.blocks(lambda: self._run(anext_or_none(reader)), schema.dimension)
        scores, ids = scanning.nearest_rows(schema, queries, topk, blocks)
        if not ids.size:
            return [[] for _ in queries]
        found = self._run(scanning.taken(table, ids, searching.columns(fields, None)))
        return scanning.as_hits(schema, found, fields, scores, ids)

    def text_search(
        self,
        schema: CollectionSchema,
        query: str,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[Hit]:
        assert schema.text is not None
        column = rows.column_of(schema.text)

        async def search() -> Any:
            found = searching.relevant(await self._table(schema.name), column, query, topk)
            found = searching.filtered(found, schema, where)
            return await found.select(searching.columns(fields, rows.RELEVANCE)).to_arrow()

        return searching.by_relevance(schema, self._run(search()), fields)

    # -- keeping it in order -------------------------------------------------------------------

    def build_index(self, schema: CollectionSchema, index: IndexSpec) -> None:
        indexes.require_index(schema, index)

        async def build() -> None:
            table = await self._table(schema.name)
            count = await table.count_rows()
            if indexes.is_worth_it(index, count):
                await indexes.make_vector_index(table, schema, index, count)
            elif await table.index_stats(indexes.VECTOR_INDEX) is not None:
                await table.drop_index(indexes.VECTOR_INDEX)

        self._write(schema.name, build)

    def flush(self, schema: CollectionSchema) -> None:
        async def flush() -> None:
            table = await self._table(schema.name)
            count = await table.count_rows()
            await indexes.bring_up_to_date(table, schema, count)
            if await indexes.is_untidy(table, count):
                await table.optimize(cleanup_older_than=_KEEPS_VERSIONS)

        self._write(schema.name, flush)

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._tables.clear()
            self._connection.close()  # type: ignore[no-untyped-call]
            self._loop.close()

    # -- within --------------------------------------------------------------------------------

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        with as_store_errors(self._uri.shown):
            if self._is_closed:
                coroutine.close()
                raise StoreError(f"the connection to {self._uri} is closed; open the store again")
            return self._loop.run(coroutine)

    async def _table(self, collection: str) -> AsyncTable:
        if collection not in self._tables:
            self._tables[collection] = await self._connection.open_table(collection)
        return self._tables[collection]

    def _forget(self, collection: str) -> None:
        self._tables.pop(collection, None)
        self._written.pop(collection, None)

    def _alone(self, collection: str) -> Any:
        return alone_in(self._folder and self._folder / f"{collection}.lance")

    def _write(self, collection: str, change: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Carry out a change after which no key is there that was not there before."""

        async def follow() -> None:
            table = await self._table(collection)
            written = self._written.get(collection)
            is_undisturbed = written is not None and written.version == await table.version()
            await change()
            if is_undisturbed and written is not None:
                written.version = await table.version()

        with self._alone(collection) as alone:
            if not alone:
                self._written.pop(collection, None)
            self._run(follow())


async def anext_or_none(reader: Any) -> Any:
    """The next batch of a reader, ``None`` behind the last one."""
    try:
        return await reader.__anext__()
    except StopAsyncIteration:
        return None


async def _keys_of(table: AsyncTable, written: _Written) -> KnownKeys:
    """The keys of a table that nobody else has changed since it was written."""
    if written.keys is None:
        found = await table.query().select([KEY]).to_arrow()
        written.keys = KnownKeys(hashes_of(found[KEY].to_pylist()))
    return written.keys


def _place(uri: StoreUri) -> str:
    """The address as the client takes it: a folder, or ``s3://bucket/path`` and the like."""
    if uri.path is not None:
        if uri.path.exists() and not uri.path.is_dir():
            raise StoreError(f"{uri} is a file, and LanceDB keeps its tables in a folder")
        return str(uri.path)
    if uri.transport is None:
        raise UsageError(
            f"LanceDB is in a folder, as in 'lancedb:///folder', or in an object store, as in "
            f"'lancedb+s3://bucket/path'; {uri} names neither"
        )
    behind = uri.text.partition("://")[2].partition("?")[0]
    return f"{uri.transport}://{behind}"
