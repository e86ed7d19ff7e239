"""Keep Pillow's warnings about a damaged file out of the user's way, in this thread alone."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class _InDecodingThreads:
    """Stands where a filter has the pattern of its message: matches in threads that decode."""

    def __init__(self) -> None:
        self.local = threading.local()

    def match(self, text: str) -> bool:
        return getattr(self.local, "depth", 0) > 0


_decoding = _InDecodingThreads()
_filter: tuple[Any, ...] = ("ignore", _decoding, Warning, None, 0)


@contextmanager
def without_pillow_warnings() -> Iterator[None]:
    """Ignore the warnings that this thread raises, and no other thread's.

    Pillow warns of a corrupt EXIF block or of a large image with ``warnings.warn``; neither
    keeps the picture from being read, and what does is raised as an error. The standard
    library's ``catch_warnings`` swaps the filters of the whole process, so that threads that
    overlap leave each other's filters behind. Here a filter that matches only in threads
    inside this block is put before the others, and taken from where it was put.
    """
    # Any: the standard library's stub knows only the filters that filterwarnings() makes.
    filters: Any = warnings.filters
    _decoding.local.depth = getattr(_decoding.local, "depth", 0) + 1
    filters.insert(0, _filter)
    try:
        yield
    finally:
        _decoding.local.depth -= 1
        with suppress(ValueError):  # somebody has emptied the list in the meantime
            filters.remove(_filter)
