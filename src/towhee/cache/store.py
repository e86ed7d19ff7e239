"""``ResultCache``: results by key, within a limit of size, for several processes at once.

A cache makes runs quicker and must never end one: whatever goes wrong with the disk is said in
one warning, and the run goes on without it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import weakref
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from towhee.cache.database import PAGE_SIZE, Database, is_damage, remove_damaged
from towhee.cache.eviction import file_bytes, make_room, room_for, shrink
from towhee.cache.stamp import FileStamp
from towhee.cache.uses import Uses

logger = logging.getLogger(__name__)

T = TypeVar("T")

_LONGEST_LOG_PAGES = 1000
_MOST_RESULTS_AT_ONCE = 64
_MOST_USES_IN_MEMORY = 1000
_SAME_USE = 60  # seconds within which a second use of a result is not noted


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache holds.

    Attributes:
        folder: where it lies.
        results: how many results.
        files: how many files are known without being read.
        bytes: what it takes of the disk.
        oldest_use: when the result that would go first was used last, in seconds since the
            epoch; ``None`` if there is none.
    """

    folder: str
    results: int
    files: int
    bytes: int
    oldest_use: int | None


@dataclass(slots=True)
class _Held:
    """What has to be closed when nobody refers to the cache any more."""

    database: Database | None = None
    uses: Uses = field(default_factory=Uses)


class ResultCache:
    """Results by key, kept in a folder.

    Several threads and processes of one machine may use a folder at once. On a network file
    system only one machine may, as the processes share SQLite's log through memory.

    Args:
        folder: where it lies; it is made if it is not there.
        limit: bytes of disk that it keeps within, at least a million; what was used least
            recently goes first.
        clock: seconds since the epoch.

    Attributes:
        hits: how often a result was found, by the name that ``count_hits`` was given.

    Raises:
        DataError: if the folder is none, or holds another program's file of that name.
    """

    def __init__(
        self, folder: str | Path, *, limit: int, clock: Callable[[], float] = time.time
    ) -> None:
        self.folder = Path(folder)
        self.limit = limit
        self.hits: Counter[str] = Counter()
        self._clock = clock
        self._log_pages = max(8, min(_LONGEST_LOG_PAGES, limit // 16 // PAGE_SIZE))
        # A transaction may lead the log to three times what was asked for; its index is beside it.
        self._room = limit - 4 * self._log_pages * PAGE_SIZE
        self._writing = threading.Lock()
        self._renewing = threading.Lock()
        self._warned = False
        self._writes = True
        self._held = _Held()
        self._finalizer = weakref.finalize(self, _close, self._held)
        self._open()

    # -- results ---------------------------------------------------------------------------

    def get(self, key: bytes) -> bytes | None:
        """The result kept under a key, ``None`` if there is none."""

        def read(database: Database) -> tuple[int, bytes, int] | None:
            with database.connection() as connection:
                row: tuple[int, bytes, int] | None = connection.execute(
                    "SELECT checksum, content, used FROM entries JOIN results USING (id) "
                    "WHERE key = ?",
                    (key,),
                ).fetchone()
                return row

        found = self._reading(read, None)
        if found is None:
            return None
        checksum, content, used = found
        if zlib.crc32(content) != checksum:
            self._drop(key)
            return None
        now = int(self._clock())
        if now - used >= _SAME_USE:
            self._note(lambda uses: uses.result(key, now))
        return content

    def put(self, results: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep results under their keys; one that would fill an eighth of the cache is not kept."""
        part: list[tuple[bytes, bytes]] = []
        size = 0
        for key, content in results:
            if len(content) > self._room // 8:
                continue
            part.append((key, content))
            size += len(content)
            # No transaction outgrows the log.
            if size > self._log_pages * PAGE_SIZE // 2 or len(part) == _MOST_RESULTS_AT_ONCE:
                self._put(part)
                part, size = [], 0
        if part:
            self._put(part)

    def _put(self, results: Sequence[tuple[bytes, bytes]]) -> None:
        needed = sum(room_for(content) for _, content in results)
        now = int(self._clock())

        def write(database: Database) -> None:
            make_room(database, self._room, needed)
            with database.transaction() as connection:
                for key, content in results:
                    _insert(connection, key, content, now)
                self._held.uses.write(connection)

        self._write(write)

    def _drop(self, key: bytes) -> None:
        """Forget a result whose bytes are not those that were written."""
        logger.warning("a result in the cache %s is damaged and is computed again", self.folder)

        def write(database: Database) -> None:
            with database.transaction() as connection:
                connection.execute(
                    "DELETE FROM results WHERE id = (SELECT id FROM entries WHERE key = ?)", (key,)
                )
                connection.execute("DELETE FROM entries WHERE key = ?", (key,))

        self._write(write)

    # -- files -----------------------------------------------------------------------------

    def digest_of(self, stamp: FileStamp) -> bytes | None:
        """The digest of a file's content, if it was noted and the stamp is still the same."""

        def read(database: Database) -> tuple[bytes, bytes, int] | None:
            with database.connection() as connection:
                row: tuple[bytes, bytes, int] | None = connection.execute(
                    "SELECT state, digest, used FROM files WHERE place = ?", (stamp.place,)
                ).fetchone()
                return row

        found = self._reading(read, None)
        if found is None or found[0] != stamp.state:
            return None
        now = int(self._clock())
        if now - found[2] >= _SAME_USE:
            self._note(lambda uses: uses.file(stamp.place, now))
        return found[1]

    def note_digest(self, stamp: FileStamp, digest: bytes) -> None:
        """Keep the digest of a file's content for when the same stamp is seen again."""
        if stamp.is_settled:
            now = int(self._clock())
            self._note(lambda uses: uses.digest(stamp, digest, now))

    # -- the whole -------------------------------------------------------------------------

    def count_hits(self, name: str, number: int) -> None:
        """Count results that were found and used."""
        with self._renewing:
            self.hits[name] += number

    def info(self) -> CacheInfo:
        """What it holds now."""
        self.flush()

        def read(database: Database) -> CacheInfo:
            with database.connection() as connection:
                (results,) = connection.execute("SELECT count(*) FROM entries").fetchone()
                (files,) = connection.execute("SELECT count(*) FROM files").fetchone()
                (oldest,) = connection.execute("SELECT min(used) FROM entries").fetchone()
            return CacheInfo(str(self.folder), results, files, file_bytes(database.file), oldest)

        return self._reading(read, CacheInfo(str(self.folder), 0, 0, 0, None))

    def clear(self) -> None:
        """Forget everything, and free the disk."""

        def write(database: Database) -> None:
            self._held.uses.forget()
            with database.transaction() as connection:
                for table in ("entries", "results", "files"):
                    connection.execute(f"DELETE FROM {table}")
            with database.connection() as connection:
                shrink(connection)

        self._write(write)

    def prune(self) -> None:
        """Forget what was used least recently until it is within its limit, and free the disk."""
        self.flush()

        def write(database: Database) -> None:
            make_room(database, self._room, 0)
            with database.connection() as connection:
                shrink(connection)

        self._write(write)

    def flush(self) -> None:
        """Write down which results were used, by which the order is known in which they go."""
        self._write(lambda database: _write_uses(database, self._held.uses))

    def close(self) -> None:
        """Let go of the files; else that happens when nothing refers to the cache any more."""
        self._finalizer()

    def is_current(self) -> bool:
        """Whether it is in use, and its file is still the one in the folder."""
        database = self._held.database
        return database is not None and database.is_current()

    def is_over(self) -> bool:
        """Whether it was closed, or its file was deleted since it was opened."""
        database = self._held.database
        return not self._finalizer.alive or (database is not None and not database.is_current())

    # -- what can go wrong -----------------------------------------------------------------

    def _open(self) -> None:
        try:
            self._held.database = self._opened()
        except (OSError, sqlite3.Error) as error:
            self._warn(error)
            return
        if file_bytes(self._held.database.file) > self.limit:
            self.prune()

    def _opened(self) -> Database:
        try:
            return Database(self.folder, self._log_pages)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._remove(error, None)
            return Database(self.folder, self._log_pages)

    def _reading(self, read: Callable[[Database], T], otherwise: T) -> T:
        """What ``read`` gives; the other value if the cache cannot be read."""
        database = self._held.database
        if database is None:
            return otherwise
        try:
            return read(database)
        except (OSError, sqlite3.Error) as error:
            self._recover(database, error)
            return otherwise

    def _write(self, write: Callable[[Database], None]) -> None:
        database = self._held.database
        if database is None or not self._writes:
            return
        try:
            with self._writing:
                write(database)
        except (OSError, sqlite3.Error) as error:
            if isinstance(error, sqlite3.OperationalError):  # a full disk, which can be read
                self._writes = False
                self._warn(error)
            else:
                self._recover(database, error)

    def _note(self, note: Callable[[Uses], None]) -> None:
        with self._writing:
            note(self._held.uses)
            full = len(self._held.uses) >= _MOST_USES_IN_MEMORY
        if full:
            self.flush()

    def _recover(self, database: Database, error: OSError | sqlite3.Error) -> None:
        """Begin a damaged file anew; go on without the cache if it fails in another way."""
        with self._renewing:
            if self._held.database is not database:
                return  # another thread was here before
            self._held.database = None
            database.close()
            if not isinstance(error, sqlite3.Error) or not is_damage(error):
                self._warn(error)
                return
            try:
                self._remove(error, database.identity)
                self._held.database = Database(self.folder, self._log_pages)
            except (OSError, sqlite3.Error) as second:
                self._warn(second)

    def _remove(self, error: Exception, identity: tuple[int, int] | None) -> None:
        logger.warning("the cache %s is damaged (%s) and is begun anew", self.folder, error)
        remove_damaged(self.folder, identity)

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            what = "is not written to" if self._held.database is not None else "is not used"
            logger.warning("the cache %s %s in this run: %s", self.folder, what, error)


def _insert(connection: sqlite3.Connection, key: bytes, content: bytes, now: int) -> None:
    """Keep a result, unless another process has done so since it was looked for."""
    if connection.execute("SELECT 1 FROM entries WHERE key = ?", (key,)).fetchone():
        return
    made = connection.execute(
        "INSERT INTO results (checksum, content) VALUES (?, ?)", (zlib.crc32(content), content)
    )
    connection.execute("INSERT INTO entries VALUES (?, ?, ?)", (key, made.lastrowid, now))


def _write_uses(database: Database, uses: Uses) -> None:
    if len(uses):
        with database.transaction() as connection:
            uses.write(connection)


def _close(held: _Held) -> None:
    database, held.database = held.database, None
    if database is None:
        return
    try:
        _write_uses(database, held.uses)
    except (OSError, sqlite3.Error) as error:  # results then go in another order, and no more
        logger.info("the uses of results in %s are not noted: %s", database.file.parent, error)
    database.close()


_open_now: weakref.WeakValueDictionary[tuple[str, int], ResultCache] = weakref.WeakValueDictionary()
_opening = threading.Lock()


def opened(folder: str, limit: int) -> ResultCache:
    """The cache in a folder, which all runs of this process share while one of them needs it.

    Raises:
        DataError: if the folder is none, or holds another program's file of that name.
    """
    with _opening:
        known = _open_now.get((folder, limit))
        if known is None or known.is_over():
            known = ResultCache(folder, limit=limit)
            _open_now[(folder, limit)] = known
        return known
