"""Rows of several vectors, kept as a row for each vector: the parts.

A part's key is its row's key, a separator and its number; the columns ``parent`` and ``part`` say
the same once more, so that a filter can ask for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

import numpy as np

from towhee.errors import DataError
from towhee.search.filters import And, Comparison, Expression, Field, In, Or
from towhee.search.filters.expression import all_of
from towhee.search.stores.driver import Hit, RowBatch, Vectors
from towhee.search.stores.rows import sliced
from towhee.search.stores.schema import KEY, PARENT, PART

_SEPARATOR = "\x1f"
FIRST_PARTS = Comparison(Field(PART), "==", 0)
"""One part of each row."""


def part_key(key: str, number: int) -> str:
    """The key of a part."""
    return f"{key}{_SEPARATOR}{number}"


def parent_of(key: str) -> str:
    """The key of the row that a part is of."""
    return key.rpartition(_SEPARATOR)[0]


def parts_of(
    keys: Sequence[str], vectors: Sequence[Any], payload: dict[str, list[Any]]
) -> RowBatch:
    """The parts of rows; each has the payload of its row.

    Args:
        keys: of the rows.
        vectors: of each row ``(m, d) float32``, at least one.
        payload: of the rows, by columns.
    """
    counts = [len(of_row) for of_row in vectors]
    for key, count in zip(keys, counts, strict=True):
        if not count:
            raise DataError(f"row {key!r} has no vector; leave it out")
    rows = np.repeat(np.arange(len(keys)), counts).tolist()
    numbers = [number for count in counts for number in range(count)]
    columns = {name: [values[row] for row in rows] for name, values in payload.items()}
    columns[PARENT] = [keys[row] for row in rows]
    columns[PART] = numbers
    names = [part_key(keys[row], number) for row, number in zip(rows, numbers, strict=True)]
    return RowBatch(names, np.concatenate(list(vectors)), columns)


def parents_in(rows: RowBatch) -> list[str]:
    """The keys of the rows that some parts are of, each once."""
    return list(dict.fromkeys(rows.payload[PARENT]))


def whole_rows(rows: RowBatch, size: int) -> Iterator[RowBatch]:
    """Parts in batches of about ``size``, with all the parts of a row in one."""
    numbers = rows.payload[PART]
    start = 0
    while start < len(rows):
        stop = min(start + size, len(rows))
        while stop < len(rows) and numbers[stop]:
            stop += 1
        yield sliced(rows, start, stop)
        start = stop


def joined(
    pieces: Iterable[RowBatch], fields: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any], Vectors | None]]:
    """Rows of their parts: each one's key, its payload, and its vectors ``(m, d)`` in order."""
    found: dict[str, list[tuple[int, RowBatch, int]]] = {}
    for piece in pieces:
        parents, numbers = piece.payload[PARENT], piece.payload[PART]
        for place, (parent, number) in enumerate(zip(parents, numbers, strict=True)):
            found.setdefault(parent, []).append((number, piece, place))
    for parent, members in found.items():
        members.sort(key=itemgetter(0))
        _, piece, place = members[0]
        vectors = [part.vectors[at] for _, part, at in members if part.vectors is not None]
        payload = {name: piece.payload[name][place] for name in fields}
        yield parent, payload, np.stack(vectors) if vectors else None


def parts_where(keys: Sequence[str]) -> Expression:
    """What holds for all parts of some rows."""
    return In(Field(PARENT), tuple(keys))


def of_rows(where: Expression | None) -> Expression:
    """What holds for the first part of each row for which an expression holds."""
    return FIRST_PARTS if where is None else all_of([FIRST_PARTS, by_parent(where)])


def by_parent(where: Expression) -> Expression:
    """The same, asking for the row's key where it asks for the key."""
    if isinstance(where, And):
        return And(tuple(map(by_parent, where.parts)))
    if isinstance(where, Or):
        return Or(tuple(map(by_parent, where.parts)))
    return replace(where, field=Field(PARENT)) if where.field == Field(KEY) else where


def nearest_rows(hits: Sequence[Hit], topk: int) -> list[Hit]:
    """The first ``topk`` rows, each where its nearest part stands."""
    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(parent_of(hit.key), hit)
    return [replace(hit, key=key) for key, hit in list(found.items())[:topk]]
