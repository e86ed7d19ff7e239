"""Which rows are new, so that they can be appended, which is quicker than to merge them.

To merge rows into a table, LanceDB reads all of its keys, each time: seven milliseconds at 10,000
rows, 140 at a million, where appending takes four. Appending knows no keys, so it is safe only
if no row of the batch is there, and nobody writes meanwhile:

* ``alone_in`` keeps other writers of towhee on this machine out;
* ``KnownKeys`` holds what is in the table, for as long as nobody else has changed it.

Where one of the two cannot be had (an object store, another writer in between), rows are merged.
Of two merges at the same time LanceDB repeats the later one, as the key is declared as the
table's primary key (and only if no index is used in the merge).
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

_FOLDED_AT = 100_000


Hashes = npt.NDArray[np.int64]


def hashes_of(keys: Iterable[str]) -> Hashes:
    """The hashes of keys, by which this process knows them."""
    return np.fromiter(map(hash, keys), np.int64)


class KnownKeys:
    """The keys that a table may hold, by their hashes: eight bytes each.

    Example:
        >>> known = KnownKeys(hashes_of(["a", "b"]))
        >>> known.add(hashes_of(["c"]))
        >>> known.has_none_of(hashes_of(["d"])), known.has_none_of(hashes_of(["d", "c"]))
        (True, False)
    """

    def __init__(self, hashes: Hashes) -> None:
        self._sorted = np.sort(hashes)
        self._recent: set[int] = set()

    def has_none_of(self, hashes: Hashes) -> bool:
        """Whether it is certain that none of some keys is there."""
        if not self._recent.isdisjoint(hashes.tolist()):
            return False
        if not len(self._sorted):
            return True
        places = np.searchsorted(self._sorted, hashes)
        found = self._sorted[np.minimum(places, len(self._sorted) - 1)]
        return not bool((found == hashes).any())

    def add(self, hashes: Hashes) -> None:
        """Remember some keys."""
        self._recent.update(hashes.tolist())
        if len(self._recent) > _FOLDED_AT:
            recent = np.fromiter(self._recent, np.int64, len(self._recent))
            self._sorted = np.sort(np.concatenate([self._sorted, recent]))
            self._recent.clear()


@contextlib.contextmanager
def alone_in(folder: Path | None) -> Iterator[bool]:
    """Keep other writers out of a folder; gives whether that can be done.

    The system lets go of the folder when a process ends, however it ends.
    """
    descriptor = None if folder is None else _locked(folder)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


if sys.platform == "win32":  # folders cannot be locked there

    def _locked(folder: Path) -> int | None:
        return None

else:
    import fcntl

    def _locked(folder: Path) -> int | None:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # some network file systems lock no folders
            os.close(descriptor)
            return None
        return descriptor
