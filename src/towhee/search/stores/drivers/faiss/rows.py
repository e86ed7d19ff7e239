"""The rows of a collection in SQLite: what is there, whatever became of the index.

::

    description   one row: the schema, and an id that no other collection ever had
    rows          id, key, and a column for each of the payload
    vectors       id, float32 as bytes; apart, so that filters do not read them
    removed       ids of rows that were removed or replaced, in that order
    words         FTS5 over the column of text, if one is indexed

A row that is replaced gets a new id, and ids are never given again. So an index that stands for
the rows up to some id and the removals up to some number is brought up to date by what follows.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import StoreError
from towhee.search.filters import Expression
from towhee.search.stores.driver import RowBatch, Vectors
from towhee.search.stores.drivers.faiss.columns import SQL_TYPES, as_json, column, read, written
from towhee.search.stores.drivers.faiss.connection import APPLICATION, connect, transaction
from towhee.search.stores.drivers.faiss.filters import condition
from towhee.search.stores.schema import CollectionSchema

Ids = npt.NDArray[np.int64]

_TABLES = ("description", "rows", "vectors", "removed", "words")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Changes:
    """What has happened since an index was brought up to date.

    Attributes:
        removed: ids that are gone, ascending; some may never have been in the index.
        removals: the number of the last removal.
        last: the highest id there is or was.
    """

    removed: Ids
    removals: int
    last: int


class Rows:
    """The SQLite file of one collection.

    Args:
        path: of the file, which is made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = connect(path)

    # -- what it holds -----------------------------------------------------------------------

    def described(self) -> tuple[CollectionSchema, str] | None:
        """The schema and the id of the collection, ``None`` if there is none.

        Raises:
            StoreError: if something else is in the file.
        """
        (application,) = self.connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != APPLICATION:
            if tables or application:
                raise StoreError(f"{self.path} is a database that towhee did not make; rename it")
            return None
        if not tables:
            return None
        found = self.connection.execute("SELECT schema, id FROM description").fetchone()
        return found and (CollectionSchema.from_json(found[0]), found[1])

    def create(self, schema: CollectionSchema) -> None:
        """Make the tables, all at once; what another process has made just so stays."""
        with transaction(self.connection):
            there = self.described()
            if there is not None:
                if there[0] == schema:
                    return
                raise StoreError(f"another process has made {self.path} for other rows just now")
            for table in _TABLES:
                self.connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _statements(schema):
                self.connection.execute(statement)
            self.connection.execute(f"PRAGMA application_id = {APPLICATION}")
            self.connection.execute(
                "INSERT INTO description VALUES (?, ?)", (schema.to_json(), uuid.uuid4().hex)
            )

    def describe(self, schema: CollectionSchema) -> None:
        """Say anew what the collection holds."""
        with transaction(self.connection):
            self.connection.execute("UPDATE description SET schema = ?", (schema.to_json(),))

    def forget(self) -> None:
        """Leave an empty file, so that what is left when its removal is cut off is nothing."""
        with transaction(self.connection):
            for table in _TABLES:
                self.connection.execute(f"DROP TABLE IF EXISTS {table}")

    def close(self) -> None:
        self.connection.close()

    # -- writing -----------------------------------------------------------------------------

    def upsert(self, schema: CollectionSchema, rows: RowBatch) -> None:
        """Write rows; a row with a key that is there is removed first."""
        assert rows.vectors is not None
        fields = schema.stored_fields
        columns = [written(rows.payload[name], kind) for name, kind in fields.items()]
        size, numbers = rows.vectors.shape[1] * 4, rows.vectors.tobytes()
        blobs = [numbers[start : start + size] for start in range(0, len(numbers), size)]
        names = ", ".join(["id", "key", *map(column, fields)])
        marks = ", ".join("?" * (2 + len(fields)))
        with transaction(self.connection):
            self._delete_keys(rows.keys)
            first = self._sequence("rows") + 1
            ids = range(first, first + len(rows))
            self.connection.executemany(
                f"INSERT INTO rows ({names}) VALUES ({marks})",
                zip(ids, rows.keys, *columns, strict=True),
            )
            self.connection.executemany(
                "INSERT INTO vectors VALUES (?, ?)", zip(ids, blobs, strict=True)
            )

    def delete(self, keys: Sequence[str]) -> None:
        """Remove the rows of keys."""
        with transaction(self.connection):
            self._delete_keys(keys)

    def delete_where(self, schema: CollectionSchema, where: Expression) -> None:
        """Remove the rows for which it holds."""
        sql, values = condition(where, schema.stored_fields)
        with transaction(self.connection):
            self.connection.execute(f"DELETE FROM rows WHERE {sql}", values)

    def _delete_keys(self, keys: Sequence[str]) -> None:
        self.connection.execute(
            "DELETE FROM rows WHERE key IN (SELECT value FROM json_each(?))", (as_json(keys),)
        )

    # -- reading -----------------------------------------------------------------------------

    def count(self, schema: CollectionSchema, where: Expression | None) -> int:
        """How many rows there are for which it holds."""
        sql, values = _where(schema, where)
        (count,) = self.connection.execute(f"SELECT count(*) FROM rows {sql}", values).fetchone()
        found: int = count
        return found

    def ids_where(self, schema: CollectionSchema, where: Expression) -> Ids:
        """The ids of the rows for which it holds, ascending."""
        sql, values = _where(schema, where)
        found = self.connection.execute(f"SELECT id FROM rows {sql} ORDER BY id", values)
        return np.fromiter((id for (id,) in found), np.int64)

    def keys_of(self, ids: Ids) -> dict[int, str]:
        """The keys of rows, by id."""
        return dict(self._of(ids, "id, key"))

    def payload_of(
        self, schema: CollectionSchema, ids: Ids, fields: Sequence[str]
    ) -> dict[int, dict[str, Any]]:
        """Some columns of rows, by id."""
        found = self._of(ids, ", ".join(["id", *map(column, fields)]))
        return {
            id: dict(zip(fields, values, strict=True))
            for id, *values in _read_columns(schema, found, 1, fields)
        }

    def _of(self, ids: Ids, names: str) -> list[Any]:
        return self.connection.execute(
            f"SELECT {names} FROM rows WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(ids.tolist()),),
        ).fetchall()

    def vectors_of(self, ids: Ids, dimension: int) -> Vectors:
        """Vectors by id, in the order of the ids, ``(n, d) float32``."""
        found = dict(
            self.connection.execute(
                "SELECT id, vector FROM vectors WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(np.unique(ids).tolist()),),
            ).fetchall()
        )
        return _array([found[id] for id in ids.tolist()], dimension)

    def fetch(
        self,
        schema: CollectionSchema,
        keys: Sequence[str],
        *,
        vectors: bool,
        fields: Sequence[str],
    ) -> RowBatch:
        """The rows of keys."""
        found = self.connection.execute(
            f"{_select(vectors, fields)} WHERE key IN (SELECT value FROM json_each(?))",
            (as_json(keys),),
        ).fetchall()
        return _batch(schema, found, vectors=vectors, fields=fields)

    def scan(
        self,
        schema: CollectionSchema,
        *,
        where: Expression | None,
        vectors: bool,
        fields: Sequence[str],
        batch: int,
    ) -> Iterator[RowBatch]:
        """All rows as they are when the first is read, whatever is written meanwhile."""
        sql, values = _where(schema, where)
        connection = connect(self.path)  # what one connection reads stays the same until the end
        try:
            reading = connection.execute(f"{_select(vectors, fields)} {sql} ORDER BY id", values)
            while some := reading.fetchmany(batch):
                yield _batch(schema, some, vectors=vectors, fields=fields)
        finally:
            connection.close()

    def words(
        self,
        schema: CollectionSchema,
        query: str,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[tuple[str, float, dict[str, Any]]]:
        """The rows whose text says any of the words, by BM25: key, score, columns."""
        words = _WORD.findall(query)
        if not words:
            return []
        sql, values = ("", []) if where is None else condition(where, schema.stored_fields)
        names = ", ".join(["key", "-bm25(words)", *(f"rows.{column(name)}" for name in fields)])
        found = self.connection.execute(
            f"SELECT {names} FROM words JOIN rows ON rows.id = words.rowid WHERE words MATCH ? "
            f"{f'AND rows.id IN (SELECT id FROM rows WHERE {sql})' if sql else ''} "
            "ORDER BY bm25(words), rows.id LIMIT ?",
            [" OR ".join(f'"{word}"' for word in words), *values, topk],
        ).fetchall()
        return [
            (key, score, dict(zip(fields, columns, strict=True)))
            for key, score, *columns in _read_columns(schema, found, 2, fields)
        ]

    # -- for the index -----------------------------------------------------------------------

    def changes(self, last: int, removals: int) -> Changes | None:
        """What has happened since; ``None`` if it is not known any more.

        Args:
            last: the highest id that was known.
            removals: the number of the last removal that was known.
        """
        last_now, removals_now = self.reached()
        if last_now < last or removals_now < removals:
            return None
        if removals_now == removals:
            return Changes(np.empty(0, np.int64), removals, last_now)
        (first,) = self.connection.execute("SELECT min(number) FROM removed").fetchone()
        if first is None or first > removals + 1:
            return None
        removed = self.connection.execute(
            "SELECT id FROM removed WHERE number > ? ORDER BY id", (removals,)
        )
        return Changes(np.fromiter((id for (id,) in removed), np.int64), removals_now, last_now)

    def added(self, after: int, dimension: int, batch: int) -> Iterator[tuple[Ids, Vectors]]:
        """The ids above one, ascending, and their vectors."""
        while True:
            found = self.connection.execute(
                "SELECT id, vector FROM vectors WHERE id > ? ORDER BY id LIMIT ?", (after, batch)
            ).fetchall()
            if not found:
                return
            ids, blobs = zip(*found, strict=True)
            yield np.array(ids, np.int64), _array(blobs, dimension)
            after = ids[-1]

    def all_ids(self) -> Ids:
        """The ids of all rows, ascending."""
        found = self.connection.execute("SELECT id FROM vectors ORDER BY id")
        return np.fromiter((id for (id,) in found), np.int64)

    def reached(self) -> tuple[int, int]:
        """The highest id that there is or was, and the number of the last removal."""
        return self._sequence("rows"), self._sequence("removed")

    def forget_removals(self, until: int) -> None:
        """Drop the removals up to a number; an index that did not know them is read anew."""
        with transaction(self.connection):
            self.connection.execute("DELETE FROM removed WHERE number <= ?", (until,))

    def _sequence(self, table: str) -> int:
        found = self.connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)
        ).fetchone()
        return 0 if found is None else int(found[0])


def _statements(schema: CollectionSchema) -> Iterator[str]:
    columns = "".join(
        f", {column(name)} {SQL_TYPES[kind]}" for name, kind in schema.stored_fields.items()
    )
    yield "CREATE TABLE description (schema TEXT NOT NULL, id TEXT NOT NULL)"
    yield (
        "CREATE TABLE rows "
        f"(id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE{columns})"
    )
    yield "CREATE TABLE vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL)"
    yield ("CREATE TABLE removed (number INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL)")
    yield (
        "CREATE TRIGGER on_removal AFTER DELETE ON rows BEGIN "
        "DELETE FROM vectors WHERE id = old.id; INSERT INTO removed (id) VALUES (old.id); END"
    )
    if schema.multi:
        yield f"CREATE INDEX parents ON rows ({column('parent')})"
    if schema.text is None:
        return
    text = column(schema.text)
    yield f"CREATE VIRTUAL TABLE words USING fts5({text}, content='rows', content_rowid='id')"
    yield (
        "CREATE TRIGGER words_on_addition AFTER INSERT ON rows BEGIN "
        f"INSERT INTO words (rowid, {text}) VALUES (new.id, new.{text}); END"
    )
    yield (
        "CREATE TRIGGER words_on_removal AFTER DELETE ON rows BEGIN "
        f"INSERT INTO words (words, rowid, {text}) VALUES ('delete', old.id, old.{text}); END"
    )


def _where(schema: CollectionSchema, where: Expression | None) -> tuple[str, list[Any]]:
    if where is None:
        return "", []
    sql, values = condition(where, schema.stored_fields)
    return f"WHERE {sql}", values


def _select(vectors: bool, fields: Sequence[str]) -> str:
    names = ", ".join(["key", *(["vector"] if vectors else []), *map(column, fields)])
    return f"SELECT {names} FROM rows {'JOIN vectors USING (id)' if vectors else ''}"


def _batch(
    schema: CollectionSchema, found: list[Any], *, vectors: bool, fields: Sequence[str]
) -> RowBatch:
    columns = list(zip(*found, strict=True)) if found else [()] * (1 + vectors + len(fields))
    kinds = schema.stored_fields
    payload = {
        name: read(values, kinds[name])
        for name, values in zip(fields, columns[1 + vectors :], strict=True)
    }
    array = _array(columns[1], schema.dimension) if vectors else None
    return RowBatch(list(columns[0]), array, payload)


def _read_columns(
    schema: CollectionSchema, found: list[Any], first: int, fields: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """The rows with the values of their payload, which begins at a place, as they were given."""
    if not found:
        return iter(())
    columns = list(zip(*found, strict=True))
    kinds = schema.stored_fields
    payload = [
        read(values, kinds[name]) for name, values in zip(fields, columns[first:], strict=True)
    ]
    return zip(*columns[:first], *payload, strict=True)


def _array(blobs: Sequence[bytes], dimension: int) -> Vectors:
    numbers: Vectors = np.frombuffer(b"".join(blobs), np.float32).reshape(-1, dimension)
    return numbers
