"""Qdrant's embedded form: one client for a folder, which all stores of a process share."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import sqlite3
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from towhee.errors import StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

logger = logging.getLogger(__name__)

_MANY = 20_000


@dataclass
class Embedded:
    """A client and how many stores use it; the folder is locked until the last is closed."""

    client: QdrantClient
    folder: Path
    users: int = 1
    lock: threading.RLock = field(default_factory=threading.RLock)
    has_warned: bool = False
    process: int = field(default_factory=os.getpid)

    _open: ClassVar[dict[Path, Embedded]] = {}
    _opening: ClassVar[threading.Lock] = threading.Lock()

    @classmethod
    def of(cls, folder: Path, shown: str) -> Embedded:
        """The client for a folder.

        Raises:
            StoreUnavailableError: if another process has it open.
        """
        from qdrant_client import QdrantClient

        with cls._opening:
            known = cls._open.get(folder)
            if known is not None and known.process == os.getpid():
                known.users += 1
                return known
            try:
                with _without_warnings():
                    client = QdrantClient(path=str(folder))
            except RuntimeError as error:
                if "already accessed" not in str(error):
                    raise
                raise StoreUnavailableError(
                    f"{shown} is open in {_holder(folder / '.lock')}, and embedded Qdrant serves "
                    "one process at a time; close it there, or run a server (qdrant://host:6333)"
                ) from error
            if not cls._open:
                # A client that Python ends by itself, when most of it is gone, prints a traceback.
                atexit.register(cls._close_all)
            cls._open[folder] = made = cls(client, folder)
            return made

    @classmethod
    def _close_all(cls) -> None:
        """Close what nobody has closed, as the process ends."""
        while cls._open:
            kept = cls._open.popitem()[1]
            if kept.process == os.getpid():
                kept.client.close()

    def require_own(self) -> None:
        """Refuse to go on in a process that was forked.

        Raises:
            StoreError: as what each of the two writes, the other would not see.
        """
        if self.process != os.getpid():
            raise StoreError(
                f"{self.folder} was opened before this process was forked, and embedded Qdrant "
                "serves one process at a time; use it in the first one, or run a server "
                "(qdrant://host:6333)"
            )

    def release(self) -> None:
        """One store less; the last one lets go of the folder."""
        if self.process != os.getpid():
            return
        with self._opening:
            self.users -= 1
            if not self.users:
                self._open.pop(self.folder, None)
                self.client.close()
            if not self._open:
                atexit.unregister(self._close_all)

    def upsert(self, collection: str, points: list[Any]) -> None:
        """Write points, all of them on the disk when it returns.

        The client commits each point by itself, and each time waits for the disk: twenty seconds
        for a thousand points. With SQLite's write-ahead log a commit is safe from the end of the
        process at once, and the disk is waited for at the end, once.
        """
        connection = self._connection(collection)
        if connection is not None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
        with _without_warnings():
            self.client.upsert(collection, points, wait=True)
        if connection is not None:
            connection.execute("PRAGMA wal_checkpoint(FULL)").fetchall()
        self._warn_of_many(collection)

    def _connection(self, collection: str) -> sqlite3.Connection | None:
        """The client's own connection to SQLite, as far as it can be found: it has no door."""
        local = getattr(self.client, "_client", None)
        kept = getattr(local, "collections", {}).get(collection)
        connection = getattr(getattr(kept, "storage", None), "storage", None)
        return connection if isinstance(connection, sqlite3.Connection) else None

    def _warn_of_many(self, collection: str) -> None:
        if self.has_warned or self.client.count(collection).count <= _MANY:
            return
        self.has_warned = True
        logger.warning(
            "embedded Qdrant compares each query with every row and keeps all rows in memory: "
            "with more than %s rows, as in %s, run a server of Qdrant or use lancedb://",
            f"{_MANY:,}",
            self.folder,
        )


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    """Leave out the client's warning of many rows, which names the wrong line; we log our own."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Local mode is not recommended")
        yield


def _holder(lock: Path) -> str:
    """Who has a file locked, as far as the system tells."""
    if sys.platform == "linux":
        inode = str(lock.stat().st_ino)
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if len(words) > 5 and words[1] == "FLOCK" and words[5].endswith(f":{inode}"):
                return f"the process {words[4]}"
    return "another process"
