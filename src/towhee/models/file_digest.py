"""Digests of files on the disk."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

_CHUNK = 1 << 20
_SETTLED = 3 * 10**9
"""Nanoseconds, longer than the tick of any file system's clock."""

_State = tuple[int, int, int, int, int]
_known: dict[tuple[str, _State], str] = {}


def file_sha256(path: Path) -> str:
    """The digest of a file's content, 64 hexadecimal digits; the file is never whole in memory."""
    return _hexdigest(path, hashlib.sha256())


def file_sha256_once(path: Path) -> str:
    """The same, without reading a file again that this process read and nobody changed since.

    A file counts as unchanged if its device, inode, size, and both its times (of modification and
    of change) are the same. A program may set the first of these times; nobody sets the second.
    Two changes within one tick of the clock look like one, so a file that changed within the last
    seconds is read again. What does not show is a disk that rots under a running process.
    """
    before = os.stat(path)
    state = _state(before)
    key = (os.path.realpath(path), state)
    known = _known.get(key)
    if known is not None:
        return known
    digest = file_sha256(path)
    changed = max(before.st_mtime_ns, before.st_ctime_ns)
    if time.time_ns() - changed > _SETTLED and _state(os.stat(path)) == state:
        _known[key] = digest
    return digest


def git_blob_id(path: Path) -> str:
    """What git calls a file's content, 40 hexadecimal digits."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    return _hexdigest(path, digest)


def _hexdigest(path: Path, digest: hashlib._Hash) -> str:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _state(seen: os.stat_result) -> _State:
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
