"""Collections as PostgreSQL keeps them: what they hold is the comment of their table.

A comment is written in the transaction that makes the table, so neither is there without the
other; it is shown by ``psql`` and kept by ``pg_dump``.
"""

from __future__ import annotations

import json
import math
from typing import Any

from psycopg import Connection, errors, sql

from towhee.errors import StoreError, UnknownNameError
from towhee.search.stores.drivers.pgvector.address import Address
from towhee.search.stores.drivers.pgvector.extension import LOCK, Extension
from towhee.search.stores.drivers.pgvector.layout import Table
from towhee.search.stores.drivers.pgvector.reading import counted
from towhee.search.stores.schema import CollectionSchema, IndexSpec

_MILLISECONDS_FOR_A_LOCK = 5000
_COMMENTS = """
    SELECT c.relname, obj_description(c.oid, 'pg_class')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %(namespace)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND (c.relname = %(name)s::text OR %(name)s IS NULL)
    ORDER BY c.relname COLLATE "C"
"""


def collections(connection: Connection[Any], address: Address) -> list[str]:
    """The names of the collections that towhee made, sorted."""
    given = {"namespace": address.schema, "name": None}
    rows = connection.execute(_COMMENTS, given).fetchall()
    return [name for name, comment in rows if _is_ours(comment)]


def read(connection: Connection[Any], address: Address, collection: str) -> CollectionSchema | None:
    """What a collection holds, ``None`` if it is not there.

    Raises:
        StoreError: if there is a table of that name that towhee did not make.
    """
    given = {"namespace": address.schema, "name": collection}
    row = connection.execute(_COMMENTS, given).fetchone()
    if row is None:
        return None
    if not _is_ours(row[1]):
        raise StoreError(
            f"PostgreSQL at {address.shown} has a table {address.schema}.{collection} that towhee "
            "did not make; choose another collection, or another schema="
        )
    return CollectionSchema.from_json(row[1])


def create(
    connection: Connection[Any], address: Address, extension: Extension, schema: CollectionSchema
) -> None:
    """Make a collection as a whole, or find it as it should be, made a moment ago."""
    table = Table(address.schema, schema, extension)
    making = table.making(address.language)
    index = _index_making(table, schema.index, 0)
    with connection.transaction():
        _lock(connection, address)
        known = read(connection, address, schema.name)
        if known == schema:
            return
        if known is not None:
            raise StoreError(
                f"PostgreSQL at {address.shown} has got a collection {schema.name!r} meanwhile "
                "that holds something else; open it again"
            )
        for statement in making:
            connection.execute(statement)
        if index is not None:
            connection.execute(index)
        _comment(connection, table, schema)


def write(
    connection: Connection[Any], address: Address, extension: Extension, schema: CollectionSchema
) -> None:
    """Say anew what a collection holds."""
    _comment(connection, Table(address.schema, schema, extension), schema)


def drop(connection: Connection[Any], address: Address, collection: str) -> None:
    """Remove a collection, if it is there and towhee made it."""
    with connection.transaction():
        _wait_briefly(connection)
        if read(connection, address, collection) is not None:
            connection.execute(
                sql.SQL("DROP TABLE IF EXISTS {}").format(
                    sql.Identifier(address.schema, collection)
                )
            )


def build_index(connection: Connection[Any], table: Table, index: IndexSpec) -> None:
    """Replace the index of the vectors."""
    with connection.transaction():
        _wait_briefly(connection)
        rows = counted(connection, table, None) if index.kind == "ivf_flat" else 0
        name = sql.Identifier(table.namespace, table.index_name("vector"))
        statement = _index_making(table, index, rows)
        connection.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(name))
        if statement is not None:
            connection.execute(statement)
            connection.execute(
                sql.SQL("COMMENT ON INDEX {} IS {}").format(name, sql.Literal(str(rows)))
            )


def freshen(connection: Connection[Any], table: Table) -> None:
    """Learn the lists of an ``"ivf_flat"`` anew if the rows have doubled; count for the planner."""
    if table.schema.index.kind == "ivf_flat":
        name = sql.Identifier(table.namespace, table.index_name("vector")).as_string(None)
        row = connection.execute(
            "SELECT obj_description(to_regclass(%s), 'pg_class')", (name,)
        ).fetchone()
        learned = int(row[0]) if row is not None and row[0] is not None else 0
        if counted(connection, table, None) >= max(1, 2 * learned):
            build_index(connection, table, table.schema.index)
    connection.execute(sql.SQL("ANALYZE {}").format(table.name))


def _index_making(table: Table, index: IndexSpec, rows: int) -> sql.Composed | None:
    """The statement for the index; an ``"ivf_flat"`` of no rows is left for ``freshen``."""
    # https://github.com/pgvector/pgvector#ivfflat: a list for a thousand rows, or the root.
    lists = rows // 1000 if rows <= 1_000_000 else math.isqrt(rows)
    statement = table.index_making(index, min(max(lists, 1), 32768))
    return None if index.kind == "ivf_flat" and not rows else statement


def _wait_briefly(connection: Connection[Any]) -> None:
    """Give up soon what readers keep from being changed; the caller tries again for a while.

    A scan that nobody reads on would be waited for forever, and all who come later with it.
    """
    connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(_MILLISECONDS_FOR_A_LOCK))


def _lock(connection: Connection[Any], address: Address) -> None:
    """Let no other make a collection until the transaction ends, and make the schema."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    there = connection.execute(
        "SELECT FROM pg_namespace WHERE nspname = %s", (address.schema,)
    ).fetchone()
    if there is None:  # asked first, as who may use a schema may not always make one
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(address.schema)))


def _comment(connection: Connection[Any], table: Table, schema: CollectionSchema) -> None:
    connection.execute(
        sql.SQL("COMMENT ON TABLE {} IS {}").format(table.name, sql.Literal(schema.to_json()))
    )


def _is_ours(comment: str | None) -> bool:
    try:
        return comment is not None and "towhee" in json.loads(comment)
    except (ValueError, TypeError):
        return False


def require_language(connection: Connection[Any], address: Address) -> None:
    """Refuse a text search configuration that there is not.

    Raises:
        UnknownNameError: which names those that there are.
    """
    try:
        connection.execute("SELECT %s::regconfig", (address.language,))
    except (errors.UndefinedObject, errors.SyntaxError, errors.InvalidName) as error:
        known = [row[0] for row in connection.execute("SELECT cfgname FROM pg_ts_config")]
        raise UnknownNameError(
            "text search configuration", address.language, known, f"in {address.shown}"
        ) from error
