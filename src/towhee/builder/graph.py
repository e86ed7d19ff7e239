"""The graph that a ``pipe`` describes: nodes, columns, and which columns have rows in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from towhee.operators.base import OperatorRef

Kind = Literal["map", "flat_map", "filter", "window", "window_all", "time_window", "reduce"]
Function = OperatorRef | Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Node:
    """One call of the builder.

    Attributes:
        kind: which.
        function: what is called.
        inputs: the columns that it is given; of a filter, those that are copied.
        outputs: the names of the columns that it makes.
        by: of a filter, the columns that decide; of a time window, the one with the time.
        size: of windows, in rows or seconds.
        step: from a window to the next.
        name: that the user gave it.
    """

    kind: Kind
    function: Function
    inputs: tuple[Column, ...]
    outputs: tuple[str, ...]
    by: tuple[Column, ...] = ()
    size: int | None = None
    step: int = 1
    name: str | None = None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """What it makes."""
        return tuple(Column(name, rows_made_by(self), self) for name in self.outputs)

    @property
    def reads(self) -> tuple[Column, ...]:
        """All columns that it looks at."""
        return (*self.inputs, *self.by)

    @cached_property
    def rows(self) -> Rows:
        """Those that it goes through."""
        longest = self.kind in ("window", "window_all", "time_window", "reduce")
        return meeting((column.rows for column in self.reads), longest=longest)


@dataclass(frozen=True)
class Rows:
    """Columns that have it in common have the same rows, and one value in each.

    Attributes:
        single: whether there is one row for each call, or none.
        made_by: the node that makes its rows of others; ``None`` for the arguments, and for rows
            that meet.
        parts: whose rows meet, by their position.
        longest: whether as many meet as the longest part has, not the shortest.
    """

    single: bool = True
    made_by: Node | None = None
    parts: frozenset[Rows] = frozenset()
    longest: bool = False

    @cached_property
    def carried(self) -> frozenset[Rows]:
        """The single rows that each of these was made of, whose values it can take along.

        A reduction has a row even where there was none to take them from.
        """
        above = self.parts
        if self.made_by is not None and self.made_by.kind != "reduce":
            above = frozenset([self.made_by.rows])
        own = frozenset(rows for rows in above if rows.single)
        return own.union(*(rows.carried for rows in above))


ARGUMENTS = Rows()
"""The one row of a call that its arguments are in."""


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """The values of one name from one node; a later node of the same name makes another.

    Attributes:
        name: as the user calls it.
        rows: the rows that it has values in.
        made_by: the node; ``None`` for an argument.
    """

    name: str
    rows: Rows
    made_by: Node | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Graph:
    """A closed pipe.

    Attributes:
        nodes: in the order in which they were written.
        arguments: the columns that a call gives.
        outputs: the columns of the rows that come out.
    """

    nodes: tuple[Node, ...]
    arguments: tuple[Column, ...]
    outputs: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, as they were written."""
        return (*self.arguments, *(column for node in self.nodes for column in node.columns))


def apart(several: Iterable[Rows], *, longest: bool) -> frozenset[Rows]:
    """Those of the rows that no other takes along.

    What is single is on its own beside several parts of which some may end before the longest.
    """
    distinct = frozenset(several)
    carrying = distinct
    if longest and sum(not rows.single for rows in distinct) > 1:
        carrying = frozenset(rows for rows in distinct if rows.single)
    return distinct.difference(*(rows.carried for rows in carrying))


def meeting(several: Iterable[Rows], *, longest: bool = False) -> Rows:
    """The rows in which columns of several meet: single ones are repeated on the others."""
    parts = apart(several, longest=longest)
    if len(parts) == 1:
        return next(iter(parts))
    single = all(rows.single for rows in parts)
    return Rows(single, None, parts, longest and not single)


def rows_made_by(node: Node) -> Rows:
    """The rows of a node's outputs."""
    given = node.rows
    if node.kind == "map":
        return given
    if node.kind in ("window_all", "reduce"):
        return Rows(True, node)
    return Rows(node.kind == "filter" and given.single, node)
