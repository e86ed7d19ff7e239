"""What goes when a cache has no room: the results that were used least recently."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from towhee.cache.database import PAGE_SIZE, Database

_AT_ONCE = 256  # in one transaction, so that other processes need not wait long for the file
_ROW = 256  # bytes of a result's places in the tables and indexes


def room_for(content: bytes) -> int:
    """The bytes of the file that a result may take; a large one has pages of its own."""
    size = len(content) + _ROW
    return size if size < PAGE_SIZE // 4 else -(-size // PAGE_SIZE) * PAGE_SIZE


def file_bytes(file: Path) -> int:
    """What the file and the log beside it take of the disk."""
    size = 0
    for ending in ("", "-wal", "-shm"):
        try:
            size += os.stat(f"{file}{ending}").st_size
        except FileNotFoundError:
            continue
    return size


def make_room(database: Database, room: int, needed: int) -> None:
    """Delete what was used least recently until the file can take ``needed`` bytes more.

    Args:
        database: the cache's.
        room: bytes that the file may have.
        needed: bytes that are to be written.
    """
    with database.connection() as connection:
        if _missing(connection, room, needed) <= 0:
            return
    while True:
        with database.transaction() as connection:
            missing = _missing(connection, room, needed)
            if missing <= 0 or not _delete_oldest(connection, missing):
                return


def shrink(connection: sqlite3.Connection) -> None:
    """Give the pages that are free back to the disk."""
    # As a script: the statement frees a page with each step, and execute() makes but one.
    connection.executescript("PRAGMA incremental_vacuum")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _missing(connection: sqlite3.Connection, room: int, needed: int) -> int:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    return int(pages - free) * PAGE_SIZE + needed - room


def _delete_oldest(connection: sqlite3.Connection, missing: int) -> bool:
    """Delete as many as give ``missing`` bytes, or some of them; false if there is nothing."""
    oldest = connection.execute(
        "SELECT key, id, length(content), used FROM entries JOIN results USING (id) "
        "ORDER BY used, id LIMIT ?",
        (_AT_ONCE,),
    ).fetchall()
    if not oldest:
        return _delete_oldest_files(connection)
    used = 0
    for key, number, length, used in oldest:  # noqa: B007 (the last one's use is asked for below)
        connection.execute("DELETE FROM entries WHERE key = ?", (key,))
        connection.execute("DELETE FROM results WHERE id = ?", (number,))
        missing -= length + _ROW
        if missing <= 0:
            break
    # A file is used with its results; one that was not since this time has none any more.
    connection.execute("DELETE FROM files WHERE used < ?", (used,))
    return True


def _delete_oldest_files(connection: sqlite3.Connection) -> bool:
    deleted = connection.execute(
        "DELETE FROM files WHERE place IN (SELECT place FROM files ORDER BY used LIMIT ?)",
        (_AT_ONCE,),
    )
    return deleted.rowcount > 0
