"""The statements that find the rows of the nearest vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg import sql

from towhee.errors import UsageError
from towhee.search.filters import Expression
from towhee.search.stores.driver import Hit, Vectors
from towhee.search.stores.drivers.pgvector.conditions import Conditions
from towhee.search.stores.drivers.pgvector.connections import Session
from towhee.search.stores.drivers.pgvector.encoding import encoded
from towhee.search.stores.drivers.pgvector.layout import Table, column
from towhee.search.stores.schema import KEY, VECTOR

_MOST_EF, _MOST_PROBES = 1000, 32768
_CANDIDATES = 4
"""How many times ``topk`` rows an index of 16-bit floats gives, to be compared exactly."""


_SET_HNSW = """
    SELECT set_config('hnsw.ef_search', %(ef)s::text, %(is_local)s),
        set_config('hnsw.iterative_scan', 'strict_order', %(is_local)s)
"""
# If it is not given, the root of the lists that there are, as pgvector recommends.
_SET_IVFFLAT = """
    SELECT set_config('ivfflat.probes', coalesce(%(probes)s::integer, (
            SELECT ceil(sqrt(option_value::integer))::integer
            FROM pg_class, pg_options_to_table(reloptions)
            WHERE pg_class.oid = to_regclass(%(index)s) AND option_name = 'lists'
        ), 1)::text, %(is_local)s),
        set_config('ivfflat.iterative_scan', 'relaxed_order', %(is_local)s)
"""

_Statement = tuple[bytes, dict[str, Any]]
_Way = Callable[[Table, sql.Composable, Sequence[str], int], sql.Composed]
_Settings = tuple[str, dict[str, Any]]


def nearest(
    connection: Session,
    table: Table,
    queries: Vectors,
    topk: int,
    where: Expression | None,
    fields: Sequence[str],
    parameters: Mapping[str, int],
) -> list[list[Hit]]:
    """The nearest rows of each query, all asked for in one round trip.

    An index that gives too few, as it may where a filter leaves few rows, is made up for by an
    exact search.
    """
    if table.schema.index.kind == "flat":
        exact = _statement(table, _exactly, where, fields, topk)
        return _answered(connection, table, queries, topk, exact, None, fields)
    found = _answered(
        connection,
        table,
        queries,
        topk,
        _statement(table, _through_index, where, fields, topk),
        _settings(table, topk, parameters),
        fields,
    )
    short = [place for place, hits in enumerate(found) if len(hits) < topk]
    if short:
        exact = _statement(table, _exactly, where, fields, topk)
        again = _answered(connection, table, queries[short], topk, exact, None, fields)
        for place, hits in zip(short, again, strict=True):
            found[place] = hits
    return found


def _statement(
    table: Table, by: _Way, where: Expression | None, fields: Sequence[str], topk: int
) -> _Statement:
    if where is None:
        return _unfiltered(table, by, tuple(fields), topk), {}
    conditions = Conditions(table.schema)
    clause = conditions.where(where)
    return by(table, clause, fields, topk).as_bytes(None), conditions.parameters


@lru_cache(maxsize=256)
def _unfiltered(table: Table, by: _Way, fields: tuple[str, ...], topk: int) -> bytes:
    """Kept, as putting one together takes a tenth of the time of a search."""
    return by(table, sql.SQL(""), fields, topk).as_bytes(None)


def _exactly(table: Table, where: sql.Composable, fields: Sequence[str], topk: int) -> sql.Composed:
    # No index is of a sum, so every row is compared, whatever others have indexed.
    return sql.SQL(
        "SELECT {key}, ({vector} {distance} %(query)s) + 0 {fields} "
        "FROM {table} {where} ORDER BY 2, 1 LIMIT {limit}"
    ).format(
        key=column(KEY),
        vector=column(VECTOR),
        distance=table.distance,
        fields=listed(fields),
        table=table.name,
        where=where,
        limit=sql.Literal(topk),
    )


def _through_index(
    table: Table, where: sql.Composable, fields: Sequence[str], topk: int
) -> sql.Composed:
    nearest_first = sql.SQL("{} {} {}").format(
        table.indexed, table.distance, table.as_indexed(sql.Placeholder("query"))
    )
    # Not by the key too, as an index would not do for that; ``_answered`` sorts once more. The
    # limit is no parameter: with one, PostgreSQL would plan every search anew.
    return sql.SQL(
        "SELECT {key}, {vector} {distance} %(query)s {fields} "
        "FROM {table} {where} ORDER BY {nearest_first} LIMIT {limit}"
    ).format(
        key=column(KEY),
        vector=column(VECTOR),
        distance=table.distance,
        fields=listed(fields),
        table=table.name,
        where=where,
        nearest_first=nearest_first,
        limit=sql.Literal(_CANDIDATES * topk if table.is_indexed_in_halves else topk),
    )


def _settings(table: Table, topk: int, parameters: Mapping[str, int]) -> _Settings:
    """What is set for a search.

    Raises:
        UsageError: for a parameter beyond what pgvector takes.
    """
    index = table.schema.index.searched_with(**parameters)
    if index.kind == "hnsw":
        ef = index.search.get("ef", 40)
        _require("ef", ef, _MOST_EF)
        return _SET_HNSW, {"ef": min(max(ef, topk), _MOST_EF)}
    probes = index.search.get("nprobe")
    if probes is not None:
        _require("nprobe", probes, _MOST_PROBES)
    name = sql.Identifier(table.namespace, table.index_name("vector")).as_string(None)
    return _SET_IVFFLAT, {"probes": probes, "index": name}


def _require(name: str, value: int, most: int) -> None:
    if value > most:
        raise UsageError(f"pgvector takes {name} up to {most:,}, not {value:,}")


def _answered(
    connection: Session,
    table: Table,
    queries: Vectors,
    topk: int,
    statement: _Statement,
    settings: _Settings | None,
    fields: Sequence[str],
) -> list[list[Hit]]:
    as_sent, parameters = statement
    given = [{"query": query, **parameters} for query in encoded(queries)]
    is_set = settings is None or _is_set(connection, settings)
    if is_set and len(given) == 1:  # a pipeline costs more than it saves
        cursors = [connection.cursor(binary=True).execute(as_sent, given[0])]
    else:
        # The statements of a pipeline are one transaction: what is set holds until its end.
        with connection.pipeline():
            if settings is not None and not is_set:
                connection.execute(settings[0], {**settings[1], "is_local": True})
            cursors = [connection.cursor(binary=True).execute(as_sent, one) for one in given]
    answers = [cursor.fetchall() for cursor in cursors]
    is_distance = table.schema.similarity == "L2"
    found = []
    for rows in answers:
        if settings is not None:
            rows.sort(key=lambda row: (row[1], row[0]))
        found.append([hit_of(row, fields, is_distance) for row in rows[:topk]])
    return found


def _is_set(connection: Session, settings: _Settings) -> bool:
    """Whether the session searches so, which it does from now on unless it is shared."""
    if not connection.is_pooled and connection.settings != settings:
        connection.execute(settings[0], {**settings[1], "is_local": False})
        connection.settings = settings
    return not connection.is_pooled


def hit_of(row: tuple[Any, ...], fields: Sequence[str], is_distance: bool) -> Hit:
    """A row of key, distance or score, and payload, as it was found."""
    # The extension gives the negative of an inner product; 0.0 - x makes no negative zero.
    score = row[1] if is_distance else 0.0 - row[1]
    return Hit(row[0], score, dict(zip(fields, row[2:], strict=True)))


def listed(fields: Sequence[str]) -> sql.Composable:
    """Payload columns, each behind a comma."""
    return sql.SQL("").join(sql.SQL(", {}").format(column(name)) for name in fields)
