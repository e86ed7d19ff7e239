"""Connections to the SQLite file of a collection, and what their errors mean."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from towhee.errors import StoreError, StoreUnavailableError
from towhee.search.filters import is_like

APPLICATION = 0x746F7768
"""What the header of the file says that it is of: ``towh``."""

_SECONDS_FOR_A_LOCK = 5.0


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the file, which is made if it is not there.

    Readers and a writer do not wait for each other (WAL). A transaction is on the disk when it is
    committed (``synchronous=FULL``): it outlives the process and the power. Transactions are
    written out, none is begun by the module.
    """
    connection = sqlite3.connect(
        path, timeout=_SECONDS_FOR_A_LOCK, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.create_function("is_like", 2, _is_like, deterministic=True)
    connection.create_function("member", 2, _member, deterministic=True)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All writes of the block, or none; other writers wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Errors of SQLite in the words of towhee.

    Raises:
        StoreUnavailableError: if another process keeps the file locked.
        StoreError: for a full disk, a damaged file, and all else.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _meaning(error, path) from error


def _meaning(error: sqlite3.Error, path: Path) -> StoreError:
    said = str(error)
    if "locked" in said:
        return StoreUnavailableError(
            f"{path} is locked by another process, which has been writing for more than "
            f"{_SECONDS_FOR_A_LOCK:g} s"
        )
    if "full" in said or "disk I/O" in said:
        return StoreError(
            f"{path} cannot be written ({said}): the disk is full, or the file has reached the "
            "largest size that is allowed; make room and do it again. Nothing was written"
        )
    if "readonly" in said or "unable to open" in said:
        return StoreError(f"{path} cannot be written ({said}); see who owns it and its folder")
    if "not a database" in said or "malformed" in said:
        return StoreError(f"{path} is damaged or no collection of towhee: {said}")
    return StoreError(f"{path}: {said}")


def _is_like(text: Any, pattern: str) -> bool | None:
    return is_like(text, pattern) if isinstance(text, str) else None


def _member(document: str | None, path: str) -> str | None:
    """The member of a JSON document as JSON, where its names are no path of SQLite."""
    if document is None:
        return None
    value = json.loads(document)
    for name in json.loads(path):
        value = value.get(name) if isinstance(value, dict) else None
    return None if value is None else json.dumps(value, ensure_ascii=False)
