"""``Windows`` and ``Reduce``: many rows of a call to one."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

from towhee.engine.apply import operator_error
from towhee.engine.chunk import LEFT_OPEN, Chunk, Column
from towhee.engine.local.calls import by_call
from towhee.engine.operators import Operators
from towhee.engine.rows import unpacked
from towhee.errors import DataError
from towhee.operators.base import short
from towhee.plan.step import Reduce, Windows


def windows(step: Windows, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The windows, each as soon as its last row is there, or the call's last row."""
    open_call: Any = None
    cutter: _Cutter | _TimeCutter | None = None
    for chunk in chunks:
        for call, rows in by_call(chunk):
            if cutter is None or call != open_call:
                if cutter is not None:
                    yield from cutter.rest()
                open_call, cutter = call, _cutter(step, call)
            yield from cutter.add(rows)
    if cutter is not None:
        yield from cutter.rest()


class _Cutter:
    """Cuts the rows of one call into windows by their number.

    Of the rows, those are kept that a window to come begins with or holds.
    """

    def __init__(self, step: Windows, call: Any) -> None:
        self._step = step
        self._call = call
        self._rows: Chunk | None = None
        self._first = 0  # the number of the first row that is kept
        self._start = 0  # the number of the row that the next window begins with
        self._given = 0

    def add(self, rows: Chunk) -> Iterator[Chunk]:
        """Take more rows; gives the windows that are whole by them."""
        self._rows = rows if self._rows is None else Chunk.joined([self._rows, rows])
        size = self._step.size
        if size is None:
            return
        found = []
        while self._start + size <= self._end:
            found.append((self._start, self._start + size))
            self._start += self._step.step
        yield from self._windows(found)
        passed = min(self._start, self._end) - self._first
        self._rows = self._rows.slice(passed, len(self._rows))
        self._first += passed

    def rest(self) -> Iterator[Chunk]:
        """The windows that end short, now that there are no more rows."""
        found = []
        while self._start < self._end:
            found.append((self._start, self._end))
            self._start = self._start + self._step.step if self._step.size else self._end
        yield from self._windows(found)

    @property
    def _end(self) -> int:
        return self._first + (0 if self._rows is None else len(self._rows))

    def _windows(self, found: list[tuple[int, int]]) -> Iterator[Chunk]:
        if not found or self._rows is None:
            return
        bounds = [(start - self._first, stop - self._first) for start, stop in found]
        yield _listed(self._step, self._rows, bounds, self._call, self._given)
        self._given += len(found)


class _TimeCutter:
    """Cuts the rows of one call into windows by their time.

    A window is ``[n * step, n * step + size)`` in seconds, for each whole ``n`` for which it has
    a row. Once a row of a later time is there a window is given; rows that come after it with a
    time within it are too late for it.
    """

    def __init__(self, step: Windows, call: Any) -> None:
        self._step = step
        self._call = call
        self._open: dict[int, list[Chunk]] = {}
        self._closed: int | None = None  # the last window that is given
        self._given = 0

    def add(self, rows: Chunk) -> Iterator[Chunk]:
        """Take more rows; gives the windows that are whole by them."""
        assert self._step.time is not None
        assert self._step.size is not None
        length, step = 1000 * self._step.size, 1000 * self._step.step
        for place, time in enumerate(rows.columns[self._step.time]):
            if time is LEFT_OPEN:
                continue
            if not isinstance(time, (int, float)) or not math.isfinite(time):
                error = DataError(f"a time is a number of milliseconds, not {short(time)}")
                raise operator_error(self._step, rows.keys[place], time, error)
            row = rows.slice(place, place + 1)
            for number in range(
                math.floor((time - length) / step) + 1, math.floor(time / step) + 1
            ):
                if self._closed is None or number > self._closed:
                    self._open.setdefault(number, []).append(row)
            whole = sorted(number for number in self._open if number * step + length <= time)
            yield from self._windows(whole)

    def rest(self) -> Iterator[Chunk]:
        """The windows that are still open, now that there are no more rows."""
        yield from self._windows(sorted(self._open))

    def _windows(self, numbers: list[int]) -> Iterator[Chunk]:
        for number in numbers:
            rows = Chunk.joined(self._open.pop(number))
            yield _listed(self._step, rows, [(0, len(rows))], self._call, self._given)
            self._given += 1
            self._closed = number


def _cutter(step: Windows, call: Any) -> _Cutter | _TimeCutter:
    return _Cutter(step, call) if step.time is None else _TimeCutter(step, call)


def _listed(
    step: Windows, rows: Chunk, bounds: list[tuple[int, int]], call: Any, given: int
) -> Chunk:
    """Windows of rows as rows: lists of what has a value, and the first value of other columns."""
    columns: dict[str, Column] = {}
    for name, values in rows.columns.items():
        if name in step.names:
            columns[name] = [
                [value for value in values[start:stop] if value is not LEFT_OPEN]
                for start, stop in bounds
            ]
        else:
            columns[name] = [values[start] for start, _ in bounds]
    keys = [(call, given + number) for number in range(len(bounds))]
    return Chunk(columns, [call] if step.size is None else keys)


def reduced(
    step: Reduce, operators: Operators, chunks: Iterator[Chunk], calls: int
) -> Iterator[Chunk]:
    """One row for each call, also for a call without rows."""
    function = operators.get(step.function)
    pieces = ((call, rows) for chunk in chunks for call, rows in by_call(chunk))
    waiting: list[tuple[Any, Chunk]] = []

    def rows_of(call: Any) -> Iterator[Chunk]:
        while True:
            found = waiting.pop() if waiting else next(pieces, None)
            if found is None:
                return
            if found[0] != call:
                waiting.append(found)
                return
            yield found[1]

    for call in range(calls):
        columns = _Columns(step.inputs, rows_of(call))
        try:
            result = function(*(columns.values(name) for name in step.inputs))
            row = unpacked(result, step.outputs)
        except Exception as error:  # the boundary: whatever an operator raises names its step
            raise columns.raised or operator_error(step, call, step.inputs, error) from error
        columns.pass_over()
        yield Chunk({n: [v] for n, v in zip(step.outputs, row, strict=True)}, [call])


class _Columns:
    """Rows as an iterator for each column, read as far as one of them asks."""

    def __init__(self, names: tuple[str, ...], rows: Iterator[Chunk]) -> None:
        self._rows = rows
        self._waiting: dict[str, deque[Any]] = {name: deque() for name in names}
        self.raised: Exception | None = None

    def values(self, name: str) -> Iterator[Any]:
        """The column's values; those that other columns have and it has not are left out."""
        waiting = self._waiting[name]
        while waiting or self._read():
            if waiting:
                yield waiting.popleft()

    def pass_over(self) -> None:
        """Read what the function did not, as steps in front of it may have effects."""
        for _ in self._rows:
            pass

    def _read(self) -> bool:
        try:
            rows = next(self._rows, None)
        except Exception as error:
            self.raised = error  # a step in front failed: it is not the function's error
            raise
        if rows is None:
            return False
        for name, waiting in self._waiting.items():
            waiting.extend(value for value in rows.columns[name] if value is not LEFT_OPEN)
        return True
