"""Rows into a collection, and out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from towhee.errors import UsageError
from towhee.search.filters import Expression
from towhee.search.stores import parts, reading
from towhee.search.stores import rows as checked
from towhee.search.stores.connection import Connection
from towhee.search.stores.driver import RowBatch, Sparse
from towhee.search.stores.schema import CollectionSchema

_ROWS_IN_WRITE = 1000


def upsert(connection: Connection, schema: CollectionSchema, rows: RowBatch) -> None:
    """Write rows that were checked, a thousand at a time; a row's parts at once."""
    if not schema.multi:
        for start in range(0, len(rows), _ROWS_IN_WRITE):
            write(connection, schema, checked.sliced(rows, start, start + _ROWS_IN_WRITE))
        return
    for some in parts.whole_rows(rows, _ROWS_IN_WRITE):
        # A row may have had more parts; one that is cut off between the two is simply not there.
        _delete_where(connection, schema, parts.parts_where(parts.parents_in(some)))
        write(connection, schema, some)


def checked_batch(
    schema: CollectionSchema,
    keys: Sequence[Any],
    vectors: Any,
    columns: checked.Columns,
    sparse: Sequence[Sparse] | None,
) -> RowBatch:
    """Rows as a driver takes them; of rows with one key, the last.

    Raises:
        UsageError: for vectors of another length, an unknown column, or unequal counts.
        DataError: for NaN, a zero vector under cosine, or a value of another type.
    """
    if (sparse is None) == schema.sparse:
        have = "has" if schema.sparse else "has no"
        raise UsageError(f"the collection {schema.name!r} {have} sparse vectors")
    if sparse is not None and len(sparse) != len(keys):
        raise UsageError(f"there are {len(sparse)} sparse vectors for {len(keys)} rows")
    names = checked.encoded_keys(keys, schema.key_type, repr(schema.name))
    payload = checked.checked_payload(columns, schema, len(keys))
    if not schema.multi:
        array = checked.checked_vectors(vectors, schema, "the vectors")
        numbers = None if sparse is None else checked.checked_sparse(sparse, "sparse")
        return checked.without_doubles(RowBatch(names, array, payload, numbers))
    of_rows = [
        checked.checked_vectors(each, schema, f"the vectors of {key!r:.80}")
        for key, each in zip(keys, vectors, strict=True)
    ]
    last = {name: place for place, name in enumerate(names)}
    return parts.parts_of(
        list(last),
        [of_rows[place] for place in last.values()],
        {name: [values[place] for place in last.values()] for name, values in payload.items()},
    )


def delete(connection: Connection, keys: Iterable[Any]) -> int:
    """Remove rows; gives the number of those that were there."""
    schema = connection.schema
    there = reading.existing(connection, keys)
    names = checked.encoded_keys(there, schema.key_type, repr(schema.name))
    for start in range(0, len(names), _ROWS_IN_WRITE):
        some = names[start : start + _ROWS_IN_WRITE]
        if schema.multi:
            _delete_where(connection, schema, parts.parts_where(some))
        else:
            _delete(connection, schema, some)
    return len(names)


def delete_where(connection: Connection, filter: str) -> int:
    """Remove the rows for which a filter holds; gives their number."""
    where = connection.where(filter)
    assert where is not None
    count = reading.count(connection, filter)
    _delete_where(connection, connection.schema, where)
    return count


def write(connection: Connection, schema: CollectionSchema, rows: RowBatch) -> None:
    """Write rows as a driver takes them, in one go."""
    connection.call(lambda: connection.driver.upsert(schema, rows))


def _delete(connection: Connection, schema: CollectionSchema, names: Sequence[str]) -> None:
    connection.call(lambda: connection.driver.delete(schema, names))


def _delete_where(connection: Connection, schema: CollectionSchema, where: Expression) -> None:
    connection.call(lambda: connection.driver.delete_where(schema, where))
