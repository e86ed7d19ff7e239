"""What a pipe means, in the plainest way: a column is a list, and nothing is clever.

``Program`` is a pipe written down; ``interpret`` computes its rows by hand, ``built`` as a pipe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from towhee import CallablePipe, Empty, Pipe, pipe

Function = Callable[..., Any]


@dataclass(frozen=True)
class Column:
    """Values in rows, or at most one that stands in every row."""

    values: tuple[Any, ...]
    single: bool = False


Columns = dict[str, Column]


@dataclass(frozen=True)
class Op:
    """One call of the builder; ``branches`` are those of a ``concat``."""

    kind: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    function: Function | None = None
    by: tuple[str, ...] = ()
    size: int = 1
    step: int = 1
    branches: tuple[tuple[Op, ...], ...] = ()


@dataclass(frozen=True)
class Program:
    """A pipe from its inputs to its output."""

    inputs: tuple[str, ...]
    ops: tuple[Op, ...]
    outputs: tuple[str, ...]


def built(program: Program) -> CallablePipe:
    """The program as a pipe."""
    return _extended(pipe.input(*program.inputs), program.ops).output(*program.outputs)


def _extended(start: Pipe, ops: Sequence[Op]) -> Pipe:
    for op in ops:
        if op.kind == "concat":
            start = start.concat(*(_extended(start, branch) for branch in op.branches))
        elif op.kind == "filter":
            start = start.filter(op.inputs, op.outputs, op.by, op.function)
        elif op.kind == "window":
            start = start.window(op.inputs, op.outputs, op.size, op.step, op.function)
        else:
            start = getattr(start, op.kind)(op.inputs, op.outputs, op.function)
    return start


def interpret(program: Program, values: Sequence[Any]) -> list[list[Any]]:
    """The rows that one call gives."""
    columns = {n: Column((v,), True) for n, v in zip(program.inputs, values, strict=True)}
    columns = _run(program.ops, columns)
    shown = [columns[name] for name in program.outputs]
    return [list(row) for row in _rows(shown, longest=True)]


def _rows(columns: Sequence[Column], *, longest: bool) -> list[tuple[Any, ...]]:
    """The rows in which columns meet: none, if a single value is not there."""
    if any(column.single and not column.values for column in columns):
        return []
    lengths = [len(column.values) for column in columns if not column.single]
    count = (max(lengths) if longest else min(lengths)) if lengths else 1
    filled = [
        column.values * count
        if column.single
        else (column.values + (Empty(),) * (count - len(column.values)))[:count]
        for column in columns
    ]
    return list(zip(*filled, strict=True)) if columns else []


def _lists(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    """The rows by column, without what is not there."""
    return [[row[at] for row in rows if row[at] != Empty()] for at in range(count)]


def _run(ops: Sequence[Op], columns: Columns) -> Columns:
    for op in ops:
        if op.kind == "concat":
            before = columns
            for branch in op.branches:
                columns = {**columns, **_run(branch, before)}
            continue
        assert op.function is not None
        read = [columns[name] for name in (*op.inputs, *op.by)]
        single = all(column.single for column in read)
        width = len(op.inputs)
        rows = _rows(read, longest=op.kind in ("window", "window_all", "reduce"))
        results: list[Any]
        if op.kind == "map":
            results = [op.function(*row) for row in rows]
        elif op.kind == "flat_map":
            results, single = [item for row in rows for item in op.function(*row)], False
        elif op.kind == "filter":
            kept = [row[:width] for row in rows if op.function(*row[width:])]
            results = [row[0] if width == 1 else row for row in kept]
        elif op.kind == "window":
            starts = range(0, len(rows), op.step)
            cut = [_lists(rows[start : start + op.size], width) for start in starts]
            results, single = [op.function(*lists) for lists in cut], False
        elif op.kind == "window_all":
            results, single = [op.function(*_lists(rows, width))] if rows else [], True
        else:
            results, single = [op.function(*map(iter, _lists(rows, width)))], True
        several = len(op.outputs) > 1
        for at, name in enumerate(op.outputs):
            own = tuple(result[at] if several else result for result in results)
            columns = {**columns, name: Column(own, single)}
    return columns
