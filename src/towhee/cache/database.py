"""The SQLite file of a cache: opened, checked, and begun anew where it is damaged.

SQLite in its write-ahead mode lets several threads and processes of one machine read and write
at once, and a process may die at any point: what it had not committed was never there.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from towhee.errors import DataError

FILE_NAME = "towhee-cache.sqlite"
LOCK_NAME = "towhee-cache.lock"
PAGE_SIZE = 8192  # a vector of 2,048 numbers fills one

_APPLICATION = 0x746F7768  # "towh", in the file's header
_VERSION = 1
_PATIENCE = 30.0  # seconds to wait for another process that writes

_SCHEMA = """
CREATE TABLE results (id INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE entries (
    key BLOB PRIMARY KEY, id INTEGER NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX entries_by_use ON entries (used, id);
CREATE TABLE files (
    place BLOB PRIMARY KEY, state BLOB NOT NULL, digest BLOB NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_by_use ON files (used);
"""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the file is no database, or a broken one.

    Everything else that SQLite reports (a lock, a full disk) is a subclass of ``DatabaseError``.
    """
    return type(error) is sqlite3.DatabaseError


class Database:
    """Connections to the file, one for each thread that is at work, kept for the next.

    Args:
        folder: where the file lies; it is made if it is not there.
        log_pages: how long the write-ahead log may grow before it is worked in.

    Raises:
        DataError: if the folder is none, or the file belongs to another program.
        OSError: if the folder cannot be made.
        sqlite3.Error: if the file cannot be opened.
    """

    def __init__(self, folder: Path, log_pages: int) -> None:
        self.file = folder / FILE_NAME
        self._log_pages = log_pages
        self._idle: list[sqlite3.Connection] = []
        self._inherited: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._closed = False
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{str(folder)!r} is a file, and a cache is a folder; name another")
        folder.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder):
            connection = self._connect()
            try:
                _prepare(connection, self.file)
            except BaseException:
                connection.close()
                raise
        self._idle.append(connection)
        self.identity = _identity(self.file)

    @contextlib.contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection that no other thread uses meanwhile."""
        connection = self._taken() or self._connect()
        try:
            yield connection
        except BaseException:
            connection.close()  # whatever it was in the middle of is undone
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection that may write; all of it is kept, or nothing."""
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def is_current(self) -> bool:
        """Whether the file is still the one in the folder, and nobody has deleted it."""
        try:
            return _identity(self.file) == self.identity
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        if self._process == os.getpid():
            for connection in idle:
                connection.close()

    def _taken(self) -> sqlite3.Connection | None:
        with self._lock:
            if self._process != os.getpid():
                # A forked child may neither use nor close what its parent has open.
                self._inherited, self._idle = self._idle, []
                self._process = os.getpid()
            return self._idle.pop() if self._idle else None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.file, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute(f"PRAGMA wal_autocheckpoint = {self._log_pages}")
            connection.execute(f"PRAGMA journal_size_limit = {self._log_pages * PAGE_SIZE}")
            # A power failure may cost the last results, and never the file.
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection


def remove_damaged(folder: Path, identity: tuple[int, int] | None) -> None:
    """Delete a damaged file, unless another process has done so already.

    Args:
        folder: of the cache.
        identity: of the file that was found to be damaged, as ``Database.identity`` has it;
            ``None`` if it could not be opened at all.
    """
    with _alone_in(folder):
        file = folder / FILE_NAME
        if not file.exists():
            return
        if _is_sound(file) if identity is None else _identity(file) != identity:
            return
        for ending in ("", "-wal", "-shm"):
            Path(folder, FILE_NAME + ending).unlink(missing_ok=True)


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    """Make the tables of a new file; refuse one that is another program's."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if not pages:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if (application, version) == (_APPLICATION, _VERSION):
        connection.execute("PRAGMA journal_mode = WAL")
        return
    if application == _APPLICATION:
        raise DataError(
            f"{str(file)!r} was written by another version of towhee (form {version}, this one "
            f"reads {_VERSION}); delete it, or name another folder"
        )
    if application or tables:
        raise DataError(
            f"{str(file)!r} is a database of another program; name another folder for the cache"
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {_APPLICATION}; "
        f"PRAGMA user_version = {_VERSION}; COMMIT;"
    )


def _is_sound(file: Path) -> bool:
    """Whether a file can be opened, as it can where another process has begun it anew."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return True


def _identity(file: Path) -> tuple[int, int]:
    found = os.stat(file)
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """While it lasts, no other process opens the file for the first time, or deletes it.

    The lock is the operating system's and ends with the process, however that ends.
    """
    try:
        import fcntl
    except ImportError:  # Windows, which deletes no file that somebody has open
        yield
        return
    with open(folder / LOCK_NAME, "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
