"""Read the rows of a source in chunks."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import singledispatch
from itertools import count, islice
from typing import Any

from towhee.engine.chunk import Chunk
from towhee.engine.local.size import size_of_value
from towhee.engine.unfold import columns_of
from towhee.errors import UsageError
from towhee.plan.plan import Plan
from towhee.plan.source import Concat, Source, Stream, Table, Values, Zip
from towhee.plan.step import VALUE

Run = Callable[[Plan], Generator[Chunk, None, None]]

_MOST_ROWS = 4096
_CHUNKS_IN_MEMORY = 4
_LONG = 0.02  # seconds between two reads after which chunks get smaller, so that rows flow


class ReadSize:
    """How many rows to read next: one at first, twice as many while the last were quick.

    A slow stream, or slow work on its rows, so gives each row as soon as it is there, and a
    ``head(5)`` reads little more than five. No chunk holds more than a share of the memory
    limit, neither when it is read nor after the work on it.
    """

    def __init__(self, byte_limit: int) -> None:
        self._rows = 1
        self._asked: float | None = None
        self._byte_limit = byte_limit // _CHUNKS_IN_MEMORY
        self._bytes_per_row = 1

    def note(self, chunk: Chunk) -> None:
        """Learn from a chunk, as it was read or as a step left it, how heavy its rows are."""
        values = [column[-1] for column in chunk.columns.values() if len(column)]
        self._bytes_per_row = max(self._bytes_per_row, *map(size_of_value, values), 1)

    def noted(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The same chunks, each noted."""
        for chunk in chunks:
            self.note(chunk)
            yield chunk

    def next(self) -> int:
        """The number of rows for the next chunk."""
        now = time.perf_counter()
        if self._asked is not None:
            slow = now - self._asked > _LONG
            self._rows = max(1, self._rows // 2) if slow else min(_MOST_ROWS, self._rows * 2)
        self._asked = now
        return min(self._rows, max(1, self._byte_limit // self._bytes_per_row))


@singledispatch
def read(source: Source, run: Run, size: ReadSize) -> Iterator[Chunk]:
    """The source's rows; ``run`` carries out the plans that a source is made of."""
    raise UsageError(f"the local engine cannot read {source.label}")


@read.register
def _values(source: Values, run: Run, size: ReadSize) -> Iterator[Chunk]:
    values, keys = source.values, source.keys
    names, start = source.names, 0
    while start < len(values):
        stop = min(len(values), start + size.next())
        own = range(start, stop) if keys is None else keys[start:stop]
        yield Chunk({names[0]: values[start:stop]}, own)
        start = stop


@read.register
def _table(source: Table, run: Run, size: ReadSize) -> Iterator[Chunk]:
    total = source.length
    keys: Sequence[Any] = range(total) if source.keys is None else source.keys
    start = 0
    while start < total:
        stop = min(total, start + size.next())
        columns = {name: values[start:stop] for name, values in source.data.items()}
        yield Chunk(columns, keys[start:stop])
        start = stop


@read.register
def _stream(source: Stream, run: Run, size: ReadSize) -> Iterator[Chunk]:
    iterator = iter(source.open())
    position = 0
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
    chunk = stream_chunk(source.names, values, position)
    if source.key is not None:
        chunk.keys = [source.key(value) for value in values]
    return chunk


def stream_chunk(names: tuple[str, ...], values: list[Any], position: int) -> Chunk:
    """Elements of a stream as rows, whose keys are their positions."""
    keys = range(position, position + len(values))
    if len(names) == 1:
        return Chunk({names[0]: values}, keys)
    return Chunk(columns_of(values, names), keys)


@read.register
def _zip(source: Zip, run: Run, size: ReadSize) -> Iterator[Chunk]:
    with ExitStack() as open_runs:
        runs = [open_runs.enter_context(closing(run(plan))) for plan in source.plans]
        elements = zip(*map(_elements, runs), strict=False)
        positions = count()
        while rows := list(islice(elements, size.next())):
            yield Chunk({VALUE: rows}, list(islice(positions, len(rows))))


def _elements(chunks: Iterator[Chunk]) -> Iterator[Any]:
    for chunk in chunks:
        yield from chunk.elements()


@read.register
def _concat(source: Concat, run: Run, size: ReadSize) -> Iterator[Chunk]:
    for plan in source.plans:
        yield from run(plan)
