"""The rows of a collection, by their keys or one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from towhee.search.filters import Expression
from towhee.search.stores import parts
from towhee.search.stores import rows as checked
from towhee.search.stores.connection import Connection
from towhee.search.stores.driver import RowBatch
from towhee.search.stores.schema import KEY, PARENT, PART, VECTOR, CollectionSchema
from towhee.types import Entity

ROWS_IN_READ = 1000


def fetch(connection: Connection, keys: Iterable[Any], *, vectors: bool) -> list[Entity | None]:
    """The rows of keys, in their order; ``None`` for one that is not there."""
    schema = connection.schema
    names = checked.encoded_keys(keys, schema.key_type, repr(schema.name))
    found: dict[str, Entity] = {}
    for some in _pieces(names):
        if schema.multi:
            found.update(_whole_rows(connection, schema, some, vectors=vectors))
        else:
            batch = _fetched(connection, schema, some, vectors, list(schema.fields))
            found.update(zip(batch.keys, entities(schema, batch), strict=True))
    return [found.get(name) for name in names]


def existing(connection: Connection, keys: Iterable[Any]) -> set[Any]:
    """Those of some keys that are there."""
    schema = connection.known()
    if schema is None:
        return set()
    names = checked.encoded_keys(keys, schema.key_type, repr(schema.name))
    if schema.multi:
        names = [parts.part_key(name, 0) for name in names]
    found: set[Any] = set()
    for some in _pieces(names):
        there = _fetched(connection, schema, some, False, []).keys
        plain = map(parts.parent_of, there) if schema.multi else there
        found.update(checked.decoded_key(name, schema.key_type) for name in plain)
    return found


def count(connection: Connection, filter: str | None) -> int:
    """How many rows there are, or for how many a filter holds."""
    schema = connection.schema
    where = connection.where(filter)
    if schema.multi:
        where = parts.of_rows(where)
    return connection.call(lambda: connection.driver.count(schema, where))


def rows(
    connection: Connection, filter: str | None, *, vectors: bool, batch_size: int
) -> Iterator[Entity]:
    """All rows, each once, in any order."""
    schema = connection.schema
    where = connection.where(filter)
    if not schema.multi:
        for batch in scanned(connection, where, vectors, list(schema.fields), batch_size):
            yield from entities(schema, batch)
        return
    for batch in scanned(connection, parts.of_rows(where), False, [], batch_size):
        parents = list(map(parts.parent_of, batch.keys))
        yield from _whole_rows(connection, schema, parents, vectors=vectors).values()


def scanned(
    connection: Connection,
    where: Expression | None,
    vectors: bool,
    fields: Sequence[str],
    batch_size: int,
) -> Iterator[RowBatch]:
    """The rows as the driver reads them, a batch at a time."""
    reading = connection.driver.scan(
        connection.schema, where=where, vectors=vectors, fields=fields, batch=batch_size
    )
    while True:
        with connection.as_it_was_known(), connection.lock:
            batch = next(reading, None)
        if batch is None:
            return
        yield batch


def entities(schema: CollectionSchema, batch: RowBatch) -> Iterator[Entity]:
    """Rows as entities of key, payload and, if it was read, vector."""
    names = list(batch.payload)
    columns: Iterable[tuple[Any, ...]] = zip(*batch.payload.values(), strict=True)
    if not names:
        columns = [()] * len(batch)
    arrays: Iterable[Any] = [None] * len(batch) if batch.vectors is None else batch.vectors
    for key, values, array in zip(batch.keys, columns, arrays, strict=True):
        yield _entity(schema, key, dict(zip(names, values, strict=True)), array)


def _entity(schema: CollectionSchema, key: str, payload: dict[str, Any], array: Any) -> Entity:
    row = {KEY: checked.decoded_key(key, schema.key_type), **payload}
    return Entity.of(row if array is None else {**row, VECTOR: array})


def _pieces(names: Sequence[str]) -> Iterator[list[str]]:
    """Keys, each once, as many as are read at once."""
    once = list(dict.fromkeys(names))
    for start in range(0, len(once), ROWS_IN_READ):
        yield once[start : start + ROWS_IN_READ]


def _fetched(
    connection: Connection,
    schema: CollectionSchema,
    names: Sequence[str],
    vectors: bool,
    fields: Sequence[str],
) -> RowBatch:
    driver = connection.driver
    return connection.call(lambda: driver.fetch(schema, names, vectors=vectors, fields=fields))


def _whole_rows(
    connection: Connection, schema: CollectionSchema, names: Sequence[str], *, vectors: bool
) -> dict[str, Entity]:
    """The rows of several vectors by their keys."""
    if not names:
        return {}
    fields = [*schema.fields, PARENT, PART]
    pieces = list(scanned(connection, parts.parts_where(names), vectors, fields, ROWS_IN_READ))
    return {
        name: _entity(schema, name, payload, array)
        for name, payload, array in parts.joined(pieces, list(schema.fields))
    }
