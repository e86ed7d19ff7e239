"""The statements that write and remove rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql
from psycopg.types.array import ListDumper

from towhee.search.field_types import FieldType
from towhee.search.filters import Expression
from towhee.search.stores.driver import RowBatch
from towhee.search.stores.drivers.pgvector.conditions import Conditions
from towhee.search.stores.drivers.pgvector.encoding import as_json, encoded, encoded_sparse
from towhee.search.stores.drivers.pgvector.layout import SPARSE, Table, column
from towhee.search.stores.schema import KEY, VECTOR

# Arrays in an array would be one array of two dimensions, so a list is sent as text, as JSON is.
_SENT_AS: dict[FieldType, str] = {
    "string": "text",
    "integer": "bigint",
    "float": "double precision",
    "boolean": "boolean",
    "time": "timestamptz",
    "strings": "text",
    "integers": "text",
    "floats": "text",
    "json": "text",
}
_SENT_BYTES = 2**19
"""What travels in one statement: the server writes one while the next is on its way."""
_READ_AS: dict[FieldType, str] = {
    "strings": "text[]",
    "integers": "bigint[]",
    "floats": "double precision[]",
    "json": "json",
}


def written(connection: Connection[Any], table: Table, rows: RowBatch) -> None:
    """Write rows in one transaction, which is done as a whole or not at all.

    The columns travel as arrays, in binary: for client and server together less work than COPY
    and a merge, and no temporary table that the user might not be allowed to make. Everyone
    writes in the order of the keys, so that no two writers wait for each other.
    """
    schema, extension = table.schema, table.extension
    assert rows.vectors is not None
    order = sorted(range(len(rows)), key=rows.keys.__getitem__)
    types: list[sql.Composable] = [sql.SQL("text"), extension.named("vector")]
    values: list[list[Any]] = [[rows.keys[place] for place in order], encoded(rows.vectors[order])]
    read: list[sql.Composable] = [column(KEY), column(VECTOR)]
    if schema.sparse:
        assert rows.sparse is not None
        types.append(extension.named("sparsevec"))
        values.append([encoded_sparse(rows.sparse[place]) for place in order])
        read.append(column(SPARSE))
    for name, kind in schema.stored_fields.items():
        given = rows.payload.get(name)
        types.append(sql.SQL(_SENT_AS[kind]))
        values.append(_sent([given[place] if given else None for place in order], kind))
        as_read = "{}::" + _READ_AS[kind] if kind in _READ_AS else "{}"
        read.append(sql.SQL(as_read).format(column(name)))
    comma = sql.SQL(", ")
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {read} FROM unnest({sent}) AS sent ({columns}) "
        "ON CONFLICT ({key}) DO UPDATE SET {replaced}"
    ).format(
        table=table.name,
        columns=comma.join(table.written),
        read=comma.join(read),
        sent=comma.join(sql.SQL("%b::{}[]").format(kind) for kind in types),
        key=column(KEY),
        replaced=comma.join(
            sql.SQL("{} = EXCLUDED.{}").format(name, name) for name in table.written
        ),
    )
    as_sent = statement.as_bytes(connection)
    size = max(1, _SENT_BYTES // (4 * schema.dimension + 200))
    if len(rows) <= size:
        connection.execute(as_sent, values)
        return
    with connection.pipeline(), connection.transaction():
        for start in range(0, len(rows), size):
            connection.execute(as_sent, [some[start : start + size] for some in values])


def _sent(values: list[Any], kind: FieldType) -> list[Any]:
    """The values of a column as they travel."""
    if kind == "json":
        return [None if value is None else as_json(value) for value in values]
    if kind not in _READ_AS:
        return values
    dump = ListDumper(list).dump
    return [None if value is None else bytes(dump(value) or b"").decode() for value in values]


def deleted(connection: Connection[Any], table: Table, keys: Sequence[str]) -> None:
    """Remove the rows of those keys that are there."""
    condition = sql.SQL("{} = ANY (%(keys)s::text[])").format(column(KEY))
    _remove(connection, table, condition, {"keys": list(keys)})


def deleted_where(connection: Connection[Any], table: Table, where: Expression) -> None:
    """Remove the rows for which it holds."""
    conditions = Conditions(table.schema)
    _remove(connection, table, conditions.of(where), conditions.parameters)


def _remove(
    connection: Connection[Any],
    table: Table,
    condition: sql.Composable,
    parameters: dict[str, Any],
) -> None:
    statement = sql.SQL(
        "WITH gone AS (SELECT {key} FROM {table} WHERE {condition} ORDER BY {key} FOR UPDATE) "
        "DELETE FROM {table} AS held USING gone WHERE held.{key} = gone.{key}"
    ).format(key=column(KEY), table=table.name, condition=condition)
    connection.execute(statement, parameters)
