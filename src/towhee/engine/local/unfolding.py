"""``Flatten`` over a stream: a row for each item, of a generator as soon as it gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from towhee.engine.apply import describe, operator_error
from towhee.engine.chunk import Chunk
from towhee.engine.local.sources import ReadSize
from towhee.engine.rows import Outcome, RowProgram, log_skipped
from towhee.plan.options import OnError
from towhee.plan.step import VALUE, Flatten
from towhee.types import Failure


def unfold(
    step: Flatten, program: RowProgram, chunks: Iterator[Chunk], size: ReadSize, on_error: OnError
) -> Iterator[Chunk]:
    """The rows behind the step.

    Lists are opened whole. What is known only by reading on is read as its rows are asked for,
    so that it may be endless; if it raises, the rows that it gave before are there.

    Args:
        step: the step.
        program: the same step, for rows whose items are known.
        chunks: the rows in front of it.
        size: how many rows to give at once.
        on_error: what becomes of a row that fails.
    """
    for chunk in chunks:
        for lists, rows in _runs(step, chunk):
            if not lists:
                yield from _read_on(step, rows, size, on_error)
                continue
            outcome = program.run(rows)
            yield from _pieces(outcome, size)
            if outcome.error is not None:
                raise outcome.error


def _runs(step: Flatten, chunk: Chunk) -> Iterator[tuple[bool, Chunk]]:
    """The rows in turn: as many as are lists together, each that is read on its own."""
    names = step.names or ((VALUE,) if VALUE in chunk.columns else tuple(chunk.columns))
    start = 0
    for place in range(len(chunk)):
        if any(isinstance(chunk.column(name)[place], Iterator) for name in names):
            if start < place:
                yield True, chunk.slice(start, place)
            yield False, chunk.slice(place, place + 1)
            start = place + 1
    if start < len(chunk):
        yield True, chunk.slice(start, len(chunk))


def _pieces(outcome: Outcome, size: ReadSize) -> Iterator[Chunk]:
    rows, start = outcome.chunk, 0
    while start < len(rows):
        piece = rows.slice(start, start + size.next())
        size.note(piece)
        yield piece
        start += len(piece)


def _read_on(step: Flatten, row: Chunk, size: ReadSize, on_error: OnError) -> Iterator[Chunk]:
    """The rows of one row; its iterators are read in step."""
    names = step.names or ((VALUE,) if VALUE in row.columns else tuple(row.columns))
    key = row.keys[0]
    items = zip(*(iter(row.columns[name][0]) for name in names), strict=True)
    done = 0
    while True:
        given: list[tuple[Any, ...]] = []
        try:
            given.extend(islice(items, size.next()))
            raised = None
        except Exception as error:  # noqa: BLE001 (whatever a user's generator raises)
            raised = error
        if given:
            rows = _beside(row, names, given, [(key, done + at) for at in range(len(given))])
            size.note(rows)
            yield rows
            done += len(given)
        if raised is not None:
            value = row.columns[names[0]][0]
            if on_error == "raise":
                raise operator_error(step, key, value, raised)
            failures = {0: Failure(key, describe(step), value, raised)}
            if on_error == "skip":
                log_skipped(failures)
            else:
                yield Chunk({name: [failures[0]] for name in row.columns}, [(key, done)], failures)
            return
        if not given:
            return


def _beside(
    row: Chunk, names: Sequence[str], given: list[tuple[Any, ...]], keys: Sequence[Any]
) -> Chunk:
    columns = {name: [values[0]] * len(given) for name, values in row.columns.items()}
    for name, values in zip(names, zip(*given, strict=True), strict=True):
        columns[name] = list(values)
    return Chunk(dict(columns), keys)
