"""Read the rows of a source in chunks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import singledispatch
from itertools import count, islice
from typing import Any

from towhee.engine.chunk import MISSING, Chunk
from towhee.errors import UsageError
from towhee.plan.plan import Plan
from towhee.plan.source import Concat, Source, Stream, Table, Values, Zip
from towhee.plan.step import VALUE

Run = Callable[[Plan], Iterator[Chunk]]

_MOST_ROWS = 4096
_LONG = 0.02  # seconds between two reads after which chunks get smaller, so that rows flow


@singledispatch
def read(source: Source, run: Run) -> Iterator[Chunk]:
    """The source's rows; ``run`` carries out the plans that a source is made of."""
    raise UsageError(f"the local engine cannot read {source.label}")


class _ChunkSize:
    """How many rows to read next: one at first, twice as many while the last were quick.

    A slow stream, or slow work on its rows, so gives each row as soon as it is there, and a
    ``head(5)`` reads little more than five.
    """

    def __init__(self) -> None:
        self._rows = 1
        self._asked: float | None = None

    def next(self) -> int:
        now = time.perf_counter()
        if self._asked is not None:
            slow = now - self._asked > _LONG
            self._rows = max(1, self._rows // 2) if slow else min(_MOST_ROWS, self._rows * 2)
        self._asked = now
        return self._rows


@read.register
def _values(source: Values, run: Run) -> Iterator[Chunk]:
    values, keys = source.values, source.keys
    names, size, start = source.names, _ChunkSize(), 0
    while start < len(values):
        stop = min(len(values), start + size.next())
        own = range(start, stop) if keys is None else keys[start:stop]
        yield Chunk({names[0]: values[start:stop]}, own)
        start = stop


@read.register
def _table(source: Table, run: Run) -> Iterator[Chunk]:
    total = len(next(iter(source.data.values()), ()))
    keys: Sequence[Any] = range(total) if source.keys is None else source.keys
    size, start = _ChunkSize(), 0
    while start < total:
        stop = min(total, start + size.next())
        columns = {name: values[start:stop] for name, values in source.data.items()}
        yield Chunk(columns, keys[start:stop])
        start = stop


@read.register
def _stream(source: Stream, run: Run) -> Iterator[Chunk]:
    iterator = iter(source.open())
    size, position = _ChunkSize(), 0
    while True:
        values: list[Any] = []
        try:
            values.extend(islice(iterator, size.next()))
        except Exception:
            # What was read before the source failed is delivered before its error is.
            if values:
                yield _stream_chunk(source, values, position)
            raise
        if not values:
            return
        yield _stream_chunk(source, values, position)
        position += len(values)


def _stream_chunk(source: Stream, values: list[Any], position: int) -> Chunk:
    keys: Sequence[Any] = range(position, position + len(values))
    if source.key is not None:
        keys = [source.key(value) for value in values]
    if source.names == (VALUE,):
        return Chunk({VALUE: values}, keys)
    if len(source.names) == 1:
        return Chunk({source.names[0]: values}, keys)
    return Chunk(columns_of(values, source.names), keys)


def columns_of(
    rows: Sequence[Mapping[str, Any]], names: Iterable[str] | None = None
) -> dict[str, Sequence[Any]]:
    """Rows given as mappings, turned into columns; ``MISSING`` where a row lacks one."""
    if names is None:
        names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, MISSING) for row in rows] for name in names}


@read.register
def _zip(source: Zip, run: Run) -> Iterator[Chunk]:
    elements = zip(*(_elements(run(plan)) for plan in source.plans), strict=False)
    positions = count()
    size = _ChunkSize()
    while rows := list(islice(elements, size.next())):
        yield Chunk({VALUE: rows}, list(islice(positions, len(rows))))


def _elements(chunks: Iterator[Chunk]) -> Iterator[Any]:
    for chunk in chunks:
        yield from chunk.elements()


@read.register
def _concat(source: Concat, run: Run) -> Iterator[Chunk]:
    for plan in source.plans:
        yield from run(plan)
