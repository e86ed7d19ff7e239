"""Steps that look at the stream as a whole: heads, windows, groups, samples."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from functools import singledispatch
from typing import Any

from towhee.engine.chunk import Chunk, Column
from towhee.engine.local.sources import columns_of
from towhee.errors import UsageError
from towhee.operators.base import short
from towhee.plan.step import (
    VALUE,
    Batch,
    DropEmpty,
    Explode,
    FillEmpty,
    Flatten,
    GroupBy,
    Head,
    Rolling,
    Safe,
    Sample,
    Shuffle,
    Step,
)
from towhee.types import Empty, Entity, Failure


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
    return chunks


@transform.register
def _fill_empty(step: FillEmpty, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
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
    for chunk in chunks:
        if step.callback is not None:
            for _, failure in sorted(chunk.failures.items()):
                step.callback(Empty(failure.value, failure.error))
        if chunk.failures:
            sound = chunk.compress([place not in chunk.failures for place in range(len(chunk))])
            chunk = Chunk(sound.columns, sound.keys)
        yield chunk


@transform.register
def _flatten(step: Flatten, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        names = step.names or ((VALUE,) if VALUE in chunk.columns else tuple(chunk.columns))
        columns: dict[str, list[Any]] = {name: [] for name in chunk.columns}
        keys: list[Any] = []
        failures: dict[int, Failure] = {}
        for place, key in enumerate(chunk.keys):
            row = {name: values[place] for name, values in chunk.columns.items()}
            if place in chunk.failures:
                failures[len(keys)] = chunk.failures[place]
                for name, column in columns.items():
                    column.append(row[name])
                keys.append(key)
                continue
            items = [_items(row[name], key) for name in names]
            if len({len(column) for column in items}) > 1:
                sizes = ", ".join(f"{n}: {len(i)}" for n, i in zip(names, items, strict=True))
                raise UsageError(f"row {short(key)}: columns to flatten differ in length ({sizes})")
            for position, values in enumerate(zip(*items, strict=True)):
                flat = {**row, **dict(zip(names, values, strict=True))}
                for name, column in columns.items():
                    column.append(flat[name])
                keys.append((key, position))
        yield Chunk(dict(columns), keys, failures)


def _items(value: Any, key: Any) -> list[Any]:
    if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
        raise UsageError(
            f"row {short(key)}: flatten needs a list or another iterable of items, "
            f"not {short(value)}"
        )
    return list(value)


@transform.register
def _batch(step: Batch, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for number, rows in enumerate(_regrouped(chunks, step.size)):
        if len(rows) < step.size and step.drop_tail:
            return
        yield _listed(rows, number, step.raw)


def _listed(rows: Chunk, key: Any, raw: bool) -> Chunk:
    """Several rows as one: a list of elements, or each column a list."""
    if raw or VALUE in rows.columns:
        return Chunk({VALUE: [list(rows.elements())]}, [key])
    return Chunk({name: [list(values)] for name, values in rows.columns.items()}, [key])


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
    if waiting:
        yield Chunk.joined(waiting)


@transform.register
def _rolling(step: Rolling, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Windows end at element ``size - 1``, or at the first already if the head is kept.

    Windows at the tail, if kept, shrink from the front until one element is left.
    """
    window: list[Any] = []
    seen = 0
    next_end = step.size if step.drop_head else 1
    number = 0
    for chunk in chunks:
        found: list[list[Any]] = []
        for element in chunk.elements():
            seen += 1
            window.append(element)
            del window[: -step.size]
            if seen == next_end:
                found.append(list(window))
                next_end += step.step
        if found:
            yield Chunk({VALUE: found}, range(number, number + len(found)))
            number += len(found)
    if not step.drop_tail:
        found = [part for part in _tail(window, next_end - seen, step) if part]
        if found:
            yield Chunk({VALUE: found}, range(number, number + len(found)))


def _tail(window: Sequence[Any], ahead: int, step: Rolling) -> Iterator[list[Any]]:
    """The windows that would end beyond the last element, ``ahead`` of it at first."""
    while ahead < step.size:
        start = len(window) - (step.size - ahead)
        yield list(window[max(0, start) :])
        ahead += step.step


@transform.register
def _group_by(step: GroupBy, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    together = _everything(chunks)
    if together is None:
        return
    groups: dict[Any, list[int]] = {}
    for place, value in enumerate(together.columns[step.column]):
        groups.setdefault(value, []).append(place)
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
    columns: dict[str, Column] = {
        name: [values[i] for i in order] for name, values in together.columns.items()
    }
    failures = {new: together.failures[i] for new, i in enumerate(order) if i in together.failures}
    yield Chunk(columns, [together.keys[i] for i in order], failures)


@transform.register
def _sample(step: Sample, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    chance = random.Random(step.seed)
    for chunk in chunks:
        yield chunk.compress([chance.random() < step.ratio for _ in range(len(chunk))])


def _everything(chunks: Iterator[Chunk]) -> Chunk | None:
    gathered = [chunk for chunk in chunks if len(chunk)]
    return Chunk.joined(gathered) if gathered else None


@transform.register
def _explode(step: Explode, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        if VALUE not in chunk.columns:
            yield chunk
            continue
        places = range(len(chunk))
        rows = [
            {} if place in chunk.failures else _row(chunk.columns[VALUE][place], key, step.schema)
            for place, key in zip(places, chunk.keys, strict=True)
        ]
        columns = columns_of(rows, step.schema)
        for name, values in columns.items():
            columns[name] = [chunk.failures.get(place, v) for place, v in enumerate(values)]
        yield Chunk(columns, chunk.keys, chunk.failures)


def _row(value: Any, key: Any, schema: tuple[str, ...] | None) -> dict[str, Any]:
    """The columns of one element."""
    if isinstance(value, (Entity, Mapping)):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if schema is not None:
        values = value if isinstance(value, (tuple, list)) else (value,)
        if len(values) == len(schema):
            return dict(zip(schema, values, strict=True))
        raise UsageError(
            f"row {short(key)}: {len(schema)} columns ({', '.join(schema)}) for {short(value)}"
        )
    raise UsageError(
        f"row {short(key)}: {short(value)} has no named columns; name it at the source "
        '(towhee.dc["name"](...)) or with as_entity(schema=["name"])'
    )
