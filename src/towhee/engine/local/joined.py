"""``Join``: the columns of several plans side by side, call by call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from towhee.engine.chunk import LEFT_OPEN, Chunk, Column
from towhee.engine.local.calls import by_call
from towhee.engine.local.sources import ReadSize
from towhee.plan.source import Join


def joined(
    source: Join, parts: Sequence[Iterator[Chunk]], size: ReadSize, calls: int
) -> Iterator[Chunk]:
    """The rows of all calls, in their order.

    Args:
        source: what gives the parts.
        parts: the rows of each of its plans.
        size: how many rows to give at once.
        calls: how many calls there are.
    """
    cursors = [
        _Cursor(rows, plan.columns or ()) for rows, plan in zip(parts, source.plans, strict=True)
    ]
    kinds = source.parts
    rows = [each for each, kind in zip(cursors, kinds, strict=True) if kind == "rows"]
    single = [each for each, kind in zip(cursors, kinds, strict=True) if kind == "single"]
    effects = [each for each, kind in zip(cursors, kinds, strict=True) if kind == "effects"]
    for call in range(calls):
        values = [each.take(call, each.available(call, 1)) for each in single]
        if all(map(len, values)):
            if rows:
                yield from _of_call(call, values, rows, size, longest=source.longest)
            else:
                yield Chunk(_repeated(values, 1), [call])
        for each in (*rows, *single):
            each.pass_over(call)
        for each in effects:
            each.pass_over(call)


def _of_call(
    call: Any, single: Sequence[Chunk], rows: Sequence[_Cursor], size: ReadSize, *, longest: bool
) -> Iterator[Chunk]:
    done = 0
    while True:
        wanted = size.next()
        there = [each.available(call, wanted) for each in rows]
        count = max(there) if longest else min(there)
        if count == 0:
            return
        pieces = [
            each.take(call, min(count, number)) for each, number in zip(rows, there, strict=True)
        ]
        keys = [(call, done + number) for number in range(count)]
        chunk = Chunk({**_repeated(single, count), **_filled_up(pieces, count)}, keys)
        size.note(chunk)
        yield chunk
        done += count


def _repeated(single: Sequence[Chunk], count: int) -> dict[str, Column]:
    return {name: [values[0]] * count for row in single for name, values in row.columns.items()}


def _filled_up(pieces: Sequence[Chunk], count: int) -> dict[str, Column]:
    return {
        name: values if len(piece) == count else [*values, *[LEFT_OPEN] * (count - len(piece))]
        for piece in pieces
        for name, values in piece.columns.items()
    }


class _Cursor:
    """Takes the rows of one part, call by call."""

    def __init__(self, chunks: Iterator[Chunk], columns: tuple[str, ...]) -> None:
        self._pieces = ((call, rows) for chunk in chunks for call, rows in by_call(chunk))
        self._none = Chunk({name: [] for name in columns}, [])
        self._ahead: list[Chunk] = []  # of one call
        self._call: Any = None
        self._next: tuple[Any, Chunk] | None = None
        self._is_over = False

    def available(self, call: Any, wanted: int) -> int:
        """How many rows of a call there are: as many as are wanted, unless it has fewer left."""
        if self._call != call:
            self._call, self._ahead = call, []
        there = sum(map(len, self._ahead))
        while there < wanted and self._peek(call):
            assert self._next is not None
            rows, self._next = self._next[1], None
            self._ahead.append(rows)
            there += len(rows)
        return min(there, wanted)

    def take(self, call: Any, count: int) -> Chunk:
        """So many of the rows that are available."""
        if count == 0:
            return self._none
        assert self._call == call
        rows = Chunk.joined(self._ahead)
        self._ahead = [rows.slice(count, len(rows))] if count < len(rows) else []
        return rows.slice(0, count)

    def pass_over(self, call: Any) -> None:
        """Read the rest of the call's rows, as steps in front may have effects."""
        self._ahead = []
        while self._peek(call):
            self._next = None

    def _peek(self, call: Any) -> bool:
        """Whether the next piece is of this call."""
        if self._next is None and not self._is_over:
            self._next = next(self._pieces, None)
            self._is_over = self._next is None
        return self._next is not None and self._next[0] == call
