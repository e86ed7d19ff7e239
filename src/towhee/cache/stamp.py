"""What tells, without reading it, that a file has not changed since it was read."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import time
from dataclasses import dataclass

_GRANULE = 3 * 10**9
"""Nanoseconds, longer than the tick of any file system's clock (two seconds on FAT)."""

_NUMBERS = struct.Struct("<QQQqq")
_MASK = 2**64 - 1


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as its folder shows it.

    Attributes:
        place: a digest of its absolute path.
        state: device, inode, size, time of modification and time of change. A program may set
            the first of the times, as ``cp -p`` and ``rsync -t`` do; nobody sets the second, so
            new content under old looks is seen all the same. (On Windows the second is the time
            of creation, and the first has to do.)
        is_settled: whether a later change must show. One within the same tick of the file
            system's clock as the change before it would not, so a stamp taken that soon is not
            relied on, as git does not.
    """

    place: bytes
    state: bytes
    is_settled: bool


def stamp_of(path: str | os.PathLike[str], now_ns: int | None = None) -> FileStamp | None:
    """The stamp of a file, ``None`` for what is no regular file.

    Args:
        path: the file.
        now_ns: nanoseconds since the epoch, by the clock if not given.
    """
    now = time.time_ns() if now_ns is None else now_ns
    try:
        seen = os.stat(path)
    except (OSError, ValueError):
        return None  # whoever reads it says what is the matter
    if not stat.S_ISREG(seen.st_mode):
        return None
    name = os.fsencode(os.path.abspath(path))
    return FileStamp(
        place=hashlib.blake2b(name, digest_size=16).digest(),
        state=_NUMBERS.pack(
            seen.st_dev & _MASK,
            seen.st_ino & _MASK,
            seen.st_size,
            seen.st_mtime_ns,
            seen.st_ctime_ns,
        ),
        is_settled=now - max(seen.st_mtime_ns, seen.st_ctime_ns) > _GRANULE,
    )
