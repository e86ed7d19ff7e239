"""About how many bytes rows hold."""

from __future__ import annotations

from typing import Any

from towhee.engine.chunk import Chunk
from towhee.types import Entity

_SMALL = 64  # an object that does not tell its size


def size_of(chunk: Chunk) -> int:
    """About how many bytes the values of a chunk hold, and what a cache had for its rows."""
    columns = [*chunk.columns.values(), *chunk.lookups.values()]
    return sum(size_of_value(value) for column in columns for value in column)


def size_of_value(value: Any) -> int:
    """About how many bytes a value holds, with what is inside it."""
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    if isinstance(value, (bytes, bytearray, str)):
        return len(value)
    if isinstance(value, (list, tuple)):
        return sum(map(size_of_value, value))
    if isinstance(value, (dict, Entity)):
        return sum(map(size_of_value, value.values()))
    return _SMALL
