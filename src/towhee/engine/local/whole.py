"""Steps that look at the stream as a whole: heads, windows, groups, samples."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import singledispatch
from typing import Any

from towhee.engine.chunk import Chunk, Column
from towhee.engine.unfold import columns_of
from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.operators.base import short
from towhee.plan.step import (
    VALUE,
    Batch,
    DropEmpty,
    FillEmpty,
    GroupBy,
    Head,
    Rolling,
    Safe,
    Sample,
    Shuffle,
    SkipKnown,
    Step,
)
from towhee.types import Empty, Entity, Failure, Option


@singledispatch
def transform(step: Step, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The rows behind the step."""
    raise UsageError(f"the local engine has no way to run {step.label}")


@transform.register
def _head(step: Head, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    left = step.n
    while left > 0:
        chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk.slice(0, min(left, len(chunk)))
        left -= len(chunk)


@transform.register
def _safe(step: Safe, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    return map(_bare, chunks)


def _bare(chunk: Chunk) -> Chunk:
    """The chunk with elements that are options given bare: ``Empty`` is a row that failed."""
    elements = chunk.columns.get(VALUE, ())
    if not any(isinstance(element, Option) for element in elements):
        return chunk
    values = list(elements)
    failures = dict(chunk.failures)
    for place, element in enumerate(values):
        if isinstance(element, Empty):
            error = element.exception or DataError("the element is Empty, for no known reason")
            values[place] = failures[place] = Failure(
                chunk.keys[place], "exception_safe", element.value, error
            )
        elif isinstance(element, Option):
            values[place] = element.get()
    return Chunk({VALUE: values}, chunk.keys, failures)


@transform.register
def _fill_empty(step: FillEmpty, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in map(_bare, chunks):
        if not chunk.failures:
            yield chunk
            continue
        columns: dict[str, Column] = {}
        for name, values in chunk.columns.items():
            failed = {
                place for place, failure in chunk.failures.items() if values[place] is failure
            }
            columns[name] = [
                step.default if place in failed else value for place, value in enumerate(values)
            ]
        yield Chunk(columns, chunk.keys)


@transform.register
def _drop_empty(step: DropEmpty, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in map(_bare, chunks):
        if step.callback is not None:
            for _, failure in sorted(chunk.failures.items()):
                step.callback(Empty(failure.value, failure.error))
        if chunk.failures:
            sound = chunk.compress([place not in chunk.failures for place in range(len(chunk))])
            chunk = Chunk(sound.columns, sound.keys)
        yield chunk


@transform.register
def _batch(step: Batch, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for number, rows in enumerate(_regrouped(chunks, step.size)):
        if len(rows) < step.size and step.drop_tail:
            return
        yield _listed(rows, number)


def _listed(rows: Chunk, key: Any) -> Chunk:
    """Several rows as one: a list of elements; of entities, one entity of lists."""
    elements = rows.columns.get(VALUE)
    if elements is None:
        return Chunk({name: [list(values)] for name, values in rows.columns.items()}, [key])
    if all(isinstance(element, Entity) for element in elements):
        lists = {name: list(values) for name, values in columns_of(elements).items()}
        return Chunk({VALUE: [Entity.of(lists)]}, [key])
    return Chunk({VALUE: [list(elements)]}, [key])


def _regrouped(chunks: Iterator[Chunk], size: int) -> Iterator[Chunk]:
    """The same rows in chunks of exactly ``size``, the last one shorter."""
    waiting: list[Chunk] = []
    rows = 0
    for chunk in chunks:
        waiting.append(chunk)
        rows += len(chunk)
        if rows < size:
            continue
        together = Chunk.joined(waiting)
        full = rows - rows % size
        yield from together.slice(0, full).pieces(size)
        rows -= full
        waiting = [together.slice(full, len(together))] if rows else []
    if rows:
        yield Chunk.joined(waiting)


@transform.register
def _rolling(step: Rolling, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Full windows begin at every ``step``-th element.

    The partial ones of the head are those in front of the first full window, which grow by one
    element; those of the tail begin behind the last full one and have what is left.
    """
    window: list[Any] = []
    passing = 0  # elements between two windows, where the step is larger than the size
    in_head = not step.drop_head
    number = 0
    for chunk in chunks:
        found: list[list[Any]] = []
        for element in chunk.elements():
            if passing:
                passing -= 1
                continue
            window.append(element)
            if in_head or len(window) == step.size:
                found.append(list(window))
            if len(window) == step.size:
                in_head = False
                del window[: step.step]
                passing = max(0, step.step - step.size)
        if found:
            yield Chunk({VALUE: found}, range(number, number + len(found)))
            number += len(found)
    if not step.drop_tail and window:
        found = [window[start:] for start in range(0, len(window), step.step)]
        yield Chunk({VALUE: found}, range(number, number + len(found)))


@transform.register
def _group_by(step: GroupBy, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    together = _everything(chunks)
    if together is None:
        return
    if step.column not in together.columns:
        raise UnknownNameError("column", step.column, together.columns, "in group_by")
    groups: dict[Any, list[int]] = {}
    for place, value in enumerate(together.columns[step.column]):
        try:
            groups.setdefault(value, []).append(place)
        except TypeError as error:
            raise UsageError(
                f"row {short(together.keys[place])}: rows cannot be grouped by {short(value)}, "
                f"which has no hash; make it a text or a tuple first"
            ) from error
    columns: dict[str, Sequence[Any]] = {step.column: list(groups)}
    for name, values in together.columns.items():
        if name != step.column:
            columns[name] = [[values[place] for place in places] for places in groups.values()]
    yield Chunk({name: columns[name] for name in together.columns}, list(groups))


@transform.register
def _shuffle(step: Shuffle, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    together = _everything(chunks)
    if together is None:
        return
    order = list(range(len(together)))
    random.Random(step.seed).shuffle(order)
    yield together.take(order)


@transform.register
def _sample(step: Sample, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    chance = random.Random(step.seed)
    for chunk in chunks:
        yield chunk.compress([chance.random() < step.ratio for _ in range(len(chunk))])


@transform.register
def _skip_known(step: SkipKnown, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        keys = chunk.keys if step.column is None else chunk.column(step.column)
        sound = [key for place, key in enumerate(keys) if place not in chunk.failures]
        known = step.known(sound)
        if not known:
            yield chunk
            continue
        yield chunk.compress(
            [place in chunk.failures or key not in known for place, key in enumerate(keys)]
        )


def _everything(chunks: Iterator[Chunk]) -> Chunk | None:
    gathered = [chunk for chunk in chunks if len(chunk)]
    return Chunk.joined(gathered) if gathered else None
