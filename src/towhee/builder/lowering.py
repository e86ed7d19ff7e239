"""From the graph of a ``pipe`` to a plan.

All columns that have their rows in common are computed by one linear plan. Where rows are made of
others (by ``flat_map``, ``filter``, a window), that plan goes on from the others'; where several
go on from the same rows, these are shared; where columns of different rows meet, the plans are
joined. A graph without branches becomes the plan that a chain of methods gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from towhee.builder.graph import ARGUMENTS, Column, Graph, Node, Rows, apart, rows_made_by
from towhee.functional.told import told_origin
from towhee.plan.options import Options
from towhee.plan.plan import Plan
from towhee.plan.source import Argument, Join, Part, Shared
from towhee.plan.step import Filter, Flatten, Map, Reduce, Rename, Select, Windows

Names = dict[Column, str]
"""What columns are called in the rows of a plan."""


def lowered(graph: Graph, options: Options) -> Plan:
    """The plan of a graph; its rows have the graph's outputs, by their names."""
    return _Lowering(graph, options).plan()


class _Lowering:
    """Makes the plans of all rows of a graph, each of those that it is made of."""

    def __init__(self, graph: Graph, options: Options) -> None:
        self._arguments = graph.arguments
        self._outputs = graph.outputs
        self._options = options
        self._order = {column: place for place, column in enumerate(graph.columns)}
        self._maps: dict[Rows, list[Node]] = defaultdict(list)
        self._readers: dict[Rows, list[Rows]] = {ARGUMENTS: []}  # in the order of their nodes
        for node in graph.nodes:
            self._enter(node.rows)
            if node.kind == "map":
                self._maps[node.rows].append(node)
            else:
                self._enter(rows_made_by(node))
        self._members = self._ordered(
            apart((column.rows for column in graph.outputs), longest=True)
        )
        self._leaves = [
            rows
            for rows, readers in self._readers.items()
            if not readers and rows not in self._members
        ]
        self._needs = cache(self._needs_of)
        self._shared: dict[Rows, Plan] = {}

    def plan(self) -> Plan:
        """The plan of the whole graph."""
        ends = [*self._members, *self._leaves]
        if len(ends) == 1:
            plan, names = self._read(ends[0])
        else:
            plan, names = self._joined(ends, self._outputs, longest=True)
        own = tuple(names[column] for column in self._outputs)
        plan = plan.then(Select(own))
        renamed = tuple(
            (name, column.name)
            for name, column in zip(own, self._outputs, strict=True)
            if name != column.name
        )
        return plan.then(Rename(renamed)) if renamed else plan

    def _enter(self, rows: Rows) -> None:
        """Note who reads what, all that rows are made of before them."""
        if rows in self._readers:
            return
        for above in self._above(rows):
            self._enter(above)
            self._readers[above].append(rows)
        self._readers[rows] = []

    def _above(self, rows: Rows) -> list[Rows]:
        """What rows are made of."""
        if rows.made_by is not None:
            return [rows.made_by.rows]
        return self._ordered(rows.parts)

    def _ordered(self, several: Iterable[Rows]) -> list[Rows]:
        """The rows in the order in which they were written."""
        order = list(self._readers)
        return sorted(several, key=order.index)

    # --- which columns have to be where

    def _needs_of(self, rows: Rows) -> frozenset[Column]:
        """The columns that whoever reads these rows takes from them."""
        needs: set[Column] = set()
        for reader in self._readers[rows]:
            if reader.made_by is not None:
                needs.update(reader.made_by.reads, self._taken_along(reader))
            else:
                needs.update(self._shares(self._above(reader), self._taken_along(reader))[rows])
        if rows in self._members:
            needs.update(self._shares(self._members, self._outputs)[rows])
        return frozenset(needs)

    def _taken_along(self, rows: Rows) -> list[Column]:
        """The columns that rows have of what they are made of."""
        own = {column for node in self._maps[rows] for column in node.columns}
        if rows.made_by is not None:
            own.update(rows.made_by.columns)
        wanted = {column for node in self._maps[rows] for column in node.inputs}
        return self._in_order((wanted | self._needs(rows)) - own)

    def _in_order(self, columns: Iterable[Column]) -> list[Column]:
        """The columns as they were written, so that equal graphs give equal plans."""
        return sorted(columns, key=self._order.__getitem__)

    def _shares(self, parts: Sequence[Rows], columns: Iterable[Column]) -> dict[Rows, list[Column]]:
        """Of which part each column is taken: its own, or one that takes it along."""
        shares: dict[Rows, list[Column]] = {part: [] for part in parts}
        for column in columns:
            carrying = (part for part in parts if column.rows in part.carried)
            shares[column.rows if column.rows in shares else next(carrying)].append(column)
        return shares

    # --- the plans

    def _read(self, rows: Rows) -> tuple[Plan, Names]:
        """The plan of rows for one of those that read them."""
        plan, names = self._rows(rows)
        if len(self._readers[rows]) + (rows in self._members) < 2:
            return plan, names
        needed = {column: names[column] for column in self._in_order(self._needs(rows))}
        if rows not in self._shared:
            self._shared[rows] = plan.then(Select(tuple(needed.values())))
        return Plan.of(Shared(self._shared[rows]), self._options), needed

    def _rows(self, rows: Rows) -> tuple[Plan, Names]:
        if rows in self._shared:  # its plan is made; what it is called in there is what counts
            plan = self._shared[rows]
            needed = self._in_order(self._needs(rows))
            assert plan.columns is not None
            return plan, dict(zip(needed, plan.columns, strict=True))
        if rows.made_by is not None:
            plan, names = self._made(rows, rows.made_by)
        elif rows.parts:
            plan, names = self._joined(
                self._above(rows), self._taken_along(rows), longest=rows.longest
            )
        else:
            names = {column: column.name for column in self._arguments}
            plan = Plan.of(Argument(tuple(names.values())), self._options)
        for place, node in enumerate(self._maps[rows]):
            later = {column for each in self._maps[rows][place + 1 :] for column in each.inputs}
            kept = _kept(names, later | self._needs(rows))
            own = _new_names(node.columns, kept.values())
            inputs = _of(node.inputs, names)
            function = told_origin(node.function, plan, inputs)
            plan = plan.then(Map(function, inputs, tuple(own.values())))
            names = {**kept, **own}
        return plan, names

    def _made(self, rows: Rows, node: Node) -> tuple[Plan, Names]:
        """The plan of rows that a node makes of others."""
        plan, names = self._read(node.rows)
        kept = _kept(names, self._taken_along(rows))
        own = _new_names(node.columns, kept.values())
        outputs = tuple(own.values())
        if node.kind == "reduce":
            return plan.then(Reduce(node.function, _of(node.inputs, names), outputs)), own
        if node.kind == "flat_map":
            item = outputs[0] if len(outputs) == 1 else _unused("items", kept.values())
            plan = plan.then(Map(node.function, _of(node.inputs, names), (item,)))
            plan = plan.then(Flatten((item,)))
            if len(outputs) > 1:
                plan = plan.then(Map(_same, (item,), outputs))
        elif node.kind == "filter":
            plan = plan.then(Filter(node.function, _of(node.by, names)))
            plan = _copied(plan, zip(_of(node.inputs, names), outputs, strict=True))
        else:
            plan, given = _windowed(plan, node, names, kept)
            plan = plan.then(Map(node.function, given, outputs))
        return plan, {**kept, **own}

    def _joined(
        self, parts: Sequence[Rows], columns: Sequence[Column], *, longest: bool
    ) -> tuple[Plan, Names]:
        """The plan of columns that meet; of parts that none is taken of, only the effects."""
        taking = [part for part in parts if part not in self._leaves]
        shares = self._shares(taking, columns)
        plans: list[Plan] = []
        kinds: list[Part] = []
        together: Names = {}
        for part in parts:
            plan, names = self._read(part)
            own = shares.get(part, [])
            plan = plan.then(Select(_of(own, names)))
            renamed = {column: _unused(names[column], together.values()) for column in own}
            pairs = [(names[c], name) for c, name in renamed.items() if names[c] != name]
            plans.append(plan.then(Rename(tuple(pairs))) if pairs else plan)
            kinds.append("effects" if part in self._leaves else "single" if part.single else "rows")
            together |= renamed
        return Plan.of(Join(tuple(plans), tuple(kinds), longest), self._options), together


def _windowed(plan: Plan, node: Node, names: Names, kept: Names) -> tuple[Plan, tuple[str, ...]]:
    """The plan with a node's windows cut, and what the node's columns are called in them.

    What is needed as it was before the windows is copied in front of them.
    """
    given: list[str] = []
    for column in node.inputs:
        name = names[column]
        if name in kept.values():
            name = _unused(name, [*names.values(), *given])
            plan = _copied(plan, [(names[column], name)])
        given.append(name)
    time = names[node.by[0]] if node.by else None
    return plan.then(Windows(tuple(dict.fromkeys(given)), node.size, node.step, time)), tuple(given)


def _copied(plan: Plan, pairs: Iterable[tuple[str, str]]) -> Plan:
    """The plan with columns copied to others, at one time."""
    apart = [(old, new) for old, new in pairs if old != new]
    if not apart:
        return plan
    inputs, outputs = zip(*apart, strict=True)
    return plan.then(Map(_same if len(apart) == 1 else _all, inputs, outputs))


def _same(value: Any) -> Any:
    """The value, for a column of its own, or for several if it is a tuple."""
    return value


def _all(*values: Any) -> tuple[Any, ...]:
    return values


def _of(columns: Iterable[Column], names: Names) -> tuple[str, ...]:
    return tuple(names[column] for column in columns)


def _kept(names: Names, wanted: Collection[Column]) -> Names:
    return {column: name for column, name in names.items() if column in wanted}


def _new_names(columns: Iterable[Column], used: Collection[str]) -> Names:
    """Names for new columns, which none of those has that are still needed."""
    names: Names = {}
    for column in columns:
        names[column] = _unused(column.name, [*used, *names.values()])
    return names


def _unused(name: str, used: Collection[str]) -> str:
    if name not in used:
        return name
    number = 2
    while f"{name}'{number}" in used:
        number += 1
    return f"{name}'{number}"
