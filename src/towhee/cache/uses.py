"""Which results were used, gathered in memory and written down together."""

from __future__ import annotations

import sqlite3

from towhee.cache.stamp import FileStamp


class Uses:
    """Uses of results and files, and digests of files, that are still to be written.

    If the process dies they are lost, which costs no result: what was used goes a little
    earlier, and a file is read once more.
    """

    def __init__(self) -> None:
        self._results: dict[bytes, int] = {}
        self._files: dict[bytes, int] = {}
        self._digests: dict[bytes, tuple[bytes, bytes, int]] = {}

    def __len__(self) -> int:
        return len(self._results) + len(self._files) + len(self._digests)

    def result(self, key: bytes, now: int) -> None:
        """A result was used."""
        self._results[key] = now

    def file(self, place: bytes, now: int) -> None:
        """The digest of a file was used."""
        self._files[place] = now

    def digest(self, stamp: FileStamp, digest: bytes, now: int) -> None:
        """A file was read, and this is the digest of its content."""
        self._digests[stamp.place] = (stamp.state, digest, now)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write them within a transaction."""
        results = [(now, key) for key, now in self._results.items()]
        files = [(now, place) for place, now in self._files.items()]
        digests = [(place, *known) for place, known in self._digests.items()]
        connection.executemany("UPDATE entries SET used = ? WHERE key = ?", results)
        connection.executemany("UPDATE files SET used = ? WHERE place = ?", files)
        connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", digests)
        self.forget()

    def forget(self) -> None:
        """Let go of them."""
        self._results.clear()
        self._files.clear()
        self._digests.clear()
