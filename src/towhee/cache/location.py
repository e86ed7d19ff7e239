"""Where a cache lies, and how large it may be."""

from __future__ import annotations

import os
import re
from pathlib import Path

from towhee.errors import UsageError

DEFAULT_LIMIT = "10GB"
"""The size that a cache keeps within if none is named."""

LEAST_LIMIT = 10**6
"""Below a megabyte the bookkeeping would leave no room for vectors."""

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])(i)?)?b?\s*", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def cache_folder(path: str | os.PathLike[str] | None = None) -> str:
    """The folder of a cache, as an absolute path.

    Args:
        path: the folder; ``None`` for the user's own, ``towhee/vectors`` under
            ``XDG_CACHE_HOME`` or ``~/.cache``.

    Raises:
        UsageError: if it is no path.
    """
    if path is None:
        root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return os.path.abspath(Path(root, "towhee", "vectors"))
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise UsageError(f"a cache is named by the path of a folder, not by {path!r}")
    return os.path.abspath(os.path.expanduser(os.fsdecode(path)))


def bytes_of(size: int | str) -> int:
    """A size in bytes: a number, or a text such as ``"500MB"`` or ``"2GiB"``.

    Raises:
        UsageError: if it is neither, or less than a cache can keep within.

    Example:
        >>> bytes_of("1.5GB"), bytes_of("1MiB")
        (1500000000, 1048576)
    """
    number: int | None = None
    if isinstance(size, int) and not isinstance(size, bool):
        number = size
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    if found is not None:
        count, unit, binary = found.groups()
        number = int(float(count) * (1024 if binary else 1000) ** _POWERS[(unit or "").lower()])
    if number is None:
        raise UsageError(f'a size is a number of bytes or a text such as "10GB", not {size!r}')
    if number < LEAST_LIMIT:
        raise UsageError(f"a cache takes a limit of at least 1MB, not {size!r}")
    return number
