"""Which call a row belongs to, where the arguments of several calls run together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from towhee.engine.chunk import Chunk


def call_of(key: Any) -> Any:
    """The call of a row: its key without the places of what was made of the argument since.

    Example:
        >>> call_of(((3, 0), 7)), call_of(3)
        (3, 3)
    """
    while isinstance(key, tuple):
        key = key[0]
    return key


def by_call(chunk: Chunk) -> Iterator[tuple[Any, Chunk]]:
    """The rows of each call apart, with its number."""
    for call, start, stop in _runs(chunk.keys):
        yield call, chunk.slice(start, stop)


def _runs(keys: Sequence[Any]) -> Iterator[tuple[Any, int, int]]:
    start = 0
    while start < len(keys):
        call = call_of(keys[start])
        if call_of(keys[len(keys) - 1]) == call:  # as a rule all are of one call
            yield call, start, len(keys)
            return
        stop = start + 1
        while call_of(keys[stop]) == call:
            stop += 1
        yield call, start, stop
        start = stop
