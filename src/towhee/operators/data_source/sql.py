"""``data_source.sql``: the rows that a query finds in a database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from towhee.errors import DataError, MissingFileError, UsageError
from towhee.operators.base import Operator, short
from towhee.operators.data_source.table import rows_of
from towhee.types import Entity


class Connection(Protocol):
    """What ``connect`` of any database's Python package gives, by the standard DB-API."""

    def cursor(self) -> Any:  # Any: each package has its own class of cursors
        """Something that executes a query."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class SqlDataSource(Operator[Any, list[Entity]]):
    """The rows that a query finds, as entities, for ``flat_map``; its input fills in the values.

    The query is fixed, and what comes in is bound to the places that it leaves open, so that no
    input can change what is asked.

    Args:
        query: in SQL, with ``?`` or ``:name`` (or what the database's package wants) for values.
        database: the path of an SQLite file, which is only read, or a function that connects:
            ``functools.partial(psycopg.connect, "dbname=birds")``.

    Raises:
        UsageError: if the query is no text.

    Example:
        >>> import sqlite3, tempfile, os
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "birds.db")
        ...     with contextlib.closing(sqlite3.connect(path)) as made:
        ...         _ = made.execute("create table birds (name text, grams real)")
        ...         _ = made.execute("insert into birds values ('towhee', 40), ('wren', 10)")
        ...         made.commit()
        ...     SqlDataSource("select name from birds where grams > ?", database=path)(20)
        [Entity(name='towhee')]

    Source: https://peps.python.org/pep-0249/
    """

    placement = "threads"

    def __init__(
        self, query: str, *, database: str | os.PathLike[str] | Callable[[], Connection]
    ) -> None:
        if not isinstance(query, str) or not query.strip():
            raise UsageError(f"query is SQL, not {short(query)}")
        if not callable(database) and not isinstance(database, (str, os.PathLike)):
            raise UsageError(f"database is a path or a function, not {short(database)}")
        self._query, self._database = query, database

    def fingerprint(self) -> str | None:
        """``None``, as a database has other rows tomorrow."""
        return None

    def batch(self, values: Sequence[Any]) -> list[list[Entity]]:
        """The rows for each tuple, list or dict of values; ``None`` if the query wants none.

        Raises:
            DataError: if the database refuses the query or the values.
            MissingFileError: if there is no such file.
        """
        with self._connected() as connection:
            return [self._rows(connection, value) for value in values]

    def _rows(self, connection: Connection, value: Any) -> list[Entity]:
        cursor = connection.cursor()
        bound = _bound(value)
        try:
            cursor.execute(self._query, bound) if bound else cursor.execute(self._query)
            if cursor.description is None:
                raise DataError(f"the query finds no rows, it does something else: {self._query!r}")
            names = [str(column[0]) for column in cursor.description]
            return rows_of(map(tuple, cursor), "the query's result", names)
        except getattr(connection, "Error", sqlite3.Error) as error:
            raise DataError(
                f"the database refuses {self._query!r} with {short(value)}: {error}"
            ) from error
        finally:
            cursor.close()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        connection = self._database() if callable(self._database) else _read_only(self._database)
        try:
            yield connection
        finally:
            connection.close()


def _read_only(path: str | os.PathLike[str]) -> Connection:
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(f"there is no database {str(file)!r} (looked in {os.getcwd()!r})")
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _bound(value: Any) -> Any:
    """The input as the values of a query."""
    if value is None:
        return ()
    if isinstance(value, (tuple, list, Mapping)):
        return dict(value) if isinstance(value, Mapping) else tuple(value)
    return (value,)
