"""The statements that read rows by their keys, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from psycopg import Connection, sql

from towhee.search.filters import Expression
from towhee.search.stores.driver import RowBatch, Sparse, Vectors
from towhee.search.stores.drivers.pgvector.conditions import Conditions
from towhee.search.stores.drivers.pgvector.encoding import decoded, decoded_sparse
from towhee.search.stores.drivers.pgvector.layout import SPARSE, Table, column
from towhee.search.stores.schema import KEY, VECTOR


def fetched(
    connection: Connection[Any],
    table: Table,
    keys: Sequence[str],
    vectors: bool,
    fields: Sequence[str],
) -> RowBatch:
    """The rows of those keys that are there."""
    statement = sql.SQL("SELECT {} FROM {} WHERE {} = ANY (%s::text[])").format(
        _columns(table, vectors, fields), table.name, column(KEY)
    )
    rows = connection.cursor(binary=True).execute(statement, (list(keys),)).fetchall()
    return _batch(table, rows, vectors, fields)


def scanned(
    connection: Connection[Any],
    table: Table,
    where: Expression | None,
    vectors: bool,
    fields: Sequence[str],
    batch: int,
) -> Iterator[RowBatch]:
    """All rows as they are now, whatever is written while they are read."""
    conditions = Conditions(table.schema)
    statement = sql.SQL("SELECT {} FROM {} {}").format(
        _columns(table, vectors, fields), table.name, conditions.where(where)
    )
    with connection.transaction(), connection.cursor("scan", binary=True) as cursor:
        cursor.execute(statement, conditions.parameters)
        while rows := cursor.fetchmany(batch):
            yield _batch(table, rows, vectors, fields)


def counted(connection: Connection[Any], table: Table, where: Expression | None) -> int:
    """How many rows there are."""
    conditions = Conditions(table.schema)
    statement = sql.SQL("SELECT count(*) FROM {} {}").format(table.name, conditions.where(where))
    row = connection.execute(statement, conditions.parameters).fetchone()
    assert row is not None
    count: int = row[0]
    return count


def _columns(table: Table, vectors: bool, fields: Sequence[str]) -> sql.Composable:
    of_vectors = ([VECTOR, SPARSE] if table.schema.sparse else [VECTOR]) if vectors else []
    return sql.SQL(", ").join(column(name) for name in (KEY, *of_vectors, *fields))


def _batch(
    table: Table, rows: list[tuple[Any, ...]], vectors: bool, fields: Sequence[str]
) -> RowBatch:
    columns = iter(list(zip(*rows, strict=True)) if rows else [()] * (3 + len(fields)))
    keys = list(next(columns))
    array: Vectors | None = None
    sparse: list[Sparse] | None = None
    if vectors:
        dense = next(columns)
        dimension = table.schema.dimension
        array = decoded(dense, dimension) if rows else np.empty((0, dimension), np.float32)
        if table.schema.sparse:
            sparse = [decoded_sparse(value) if value else {} for value in next(columns)]
    return RowBatch(keys, array, {name: list(next(columns)) for name in fields}, sparse)
