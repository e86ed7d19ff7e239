"""Look into a run of a pipe: what each node was given and gave, and when."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import GeneratorType
from typing import Any

from towhee.builder.graph import Column, Graph, Node
from towhee.engine.analysis import analysis
from towhee.engine.operators import Operators
from towhee.engine.report import RunReport
from towhee.engine.timeline import timeline
from towhee.errors import UnknownNameError, UsageError
from towhee.functional.result import Result
from towhee.operators.base import OperatorRef, short
from towhee.plan.step import function_name

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class NodeTrace:
    """What one node was given and gave, call by call.

    Attributes:
        name: the kind of the node and its function.
        inputs: the values of each column that it was given; of windows, lists.
        outputs: what it returned for them, and for a failing call the exception. What a generator
            gave is a list, also of one that raised.
    """

    name: str
    inputs: dict[str, list[Any]]
    outputs: list[Any] = field(default_factory=list)

    def __str__(self) -> str:
        calls = len(self.outputs)
        lines = [f"{self.name}: {calls} call{'' if calls == 1 else 's'}"]
        for number, result in enumerate(self.outputs[:_SHOWN]):
            given = ", ".join(f"{n}={short(v[number])}" for n, v in self.inputs.items())
            lines.append(f"  {given} -> {short(result)}")
        if calls > _SHOWN:
            lines.append(f"  … and {calls - _SHOWN} more")
        return "\n".join(lines)


class DebugRun:
    """What ``debug`` saw.

    Attributes:
        result: what the call gave: a ``Result``, or a list of them for a batch; ``None`` if it
            failed.
        error: what it raised, ``None`` if nothing.
        nodes: what each node was given and gave, in the order in which they were written; those
            that were asked for, and none without ``tracer``.
    """

    def __init__(
        self,
        result: Result | list[Result] | None,
        error: Exception | None,
        nodes: Sequence[NodeTrace],
        report: RunReport | None,
    ) -> None:
        self.result = result
        self.error = error
        self.nodes = list(nodes)
        self._report = report

    def __getitem__(self, name: str) -> NodeTrace:
        for node in self.nodes:
            if node.name == name:
                return node
        raise UnknownNameError("node", name, [node.name for node in self.nodes], "in this run")

    @property
    def profile(self) -> str:
        """The rows, times and bytes of each stage, and which one held the run up.

        Raises:
            UsageError: without ``profiler``.
        """
        return "\n".join(analysis(self._profiled()))

    def timeline(self, path: str | os.PathLike[str] | None = None) -> dict[str, Any]:
        """The run in the Chrome trace format, for https://ui.perfetto.dev.

        Args:
            path: a file to write it to as well, as JSON.

        Raises:
            UsageError: without ``profiler``.
        """
        events = timeline(self._profiled())
        if path is not None:
            Path(path).write_text(json.dumps(events), encoding="utf-8")
        return events

    def _profiled(self) -> RunReport:
        if self._report is None:
            raise UsageError("nothing was profiled; pass profiler=True to debug")
        return self._report

    def __str__(self) -> str:
        said = [str(node) for node in self.nodes]
        said += [self.profile] if self._report is not None else []
        said += [f"it failed: {self.error}"] if self.error is not None else []
        return "\n".join(said)


def watched(
    graph: Graph, include: Iterable[str] | str, exclude: Iterable[str] | str
) -> tuple[Graph, list[NodeTrace]]:
    """The same graph, which notes what its nodes are given and give, and the notes.

    Its operators are called row by row.

    Args:
        graph: of the pipe.
        include: patterns; only nodes in whose names one is found are noted. All, if there are
            none.
        exclude: patterns; nodes in whose names one is found are not.
    """
    wanted, unwanted = _patterns(include), _patterns(exclude)
    columns: dict[Column, Column] = {column: column for column in graph.arguments}
    nodes: list[Node] = []
    traces: list[NodeTrace] = []
    operators = Operators()
    for node, name in zip(graph.nodes, node_names(graph), strict=True):
        function = node.function
        is_wanted = not wanted or any(pattern.search(name) for pattern in wanted)
        if is_wanted and not any(pattern.search(name) for pattern in unwanted):
            given = node.by if node.kind == "filter" else node.inputs
            trace = NodeTrace(name, {column.name: [] for column in given})
            traces.append(trace)
            function = _noting(operators.get(function), trace)
        copy = replace(
            node,
            function=function,
            inputs=tuple(columns[column] for column in node.inputs),
            by=tuple(columns[column] for column in node.by),
        )
        columns |= dict(zip(node.columns, copy.columns, strict=True))
        nodes.append(copy)
    outputs = tuple(columns[column] for column in graph.outputs)
    return Graph(tuple(nodes), graph.arguments, outputs), traces


def node_names(graph: Graph) -> list[str]:
    """A name for each node: its kind and function, with a number if there are several."""
    names: list[str] = []
    for node in graph.nodes:
        function = node.function
        shown = function.name if isinstance(function, OperatorRef) else function_name(function)
        name = plain = node.name or f"{node.kind}({shown})"
        number = 2
        while name in names:
            name, number = f"{plain}-{number}", number + 1
        names.append(name)
    return names


def _noting(function: Callable[..., Any], trace: NodeTrace) -> Callable[..., Any]:
    def noted(*values: Any) -> Any:
        # A reduction is given iterators, which are read here so that they can be shown.
        seen = tuple(list(v) if hasattr(v, "__next__") else v for v in values)
        for column, value in zip(trace.inputs.values(), seen, strict=True):
            column.append(value)
        place = len(trace.outputs)
        trace.outputs.append(None)
        given = (iter(s) if s is not v else v for s, v in zip(seen, values, strict=True))
        try:
            result = function(*given)
        except Exception as error:
            trace.outputs[place] = error
            raise
        if isinstance(result, GeneratorType):
            items = trace.outputs[place] = []
            return _noting_items(result, items)
        trace.outputs[place] = result
        return result

    noted.__name__ = noted.__qualname__ = function_name(function)
    return noted


def _noting_items(generator: Iterable[Any], items: list[Any]) -> Iterable[Any]:
    for item in generator:
        items.append(item)
        yield item


def _patterns(given: Iterable[str] | str) -> list[re.Pattern[str]]:
    return [re.compile(text) for text in ([given] if isinstance(given, str) else given)]
