"""Pipes as YAML."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from towhee.builder.graph import Column, Function, Graph, Node
from towhee.errors import UsageError
from towhee.operators.base import OperatorRef, short

FORM = 1
"""Of the text; it grows by one when older readers would misunderstand it."""

_PLAIN = (str, int, float, bool, type(None))


def written(graph: Graph) -> str:
    """The graph as YAML.

    A column is called by its name; one that is written again has a number behind it, ``a~2``.

    Raises:
        UsageError: for what cannot be written.
    """
    names = _names(graph)
    content = {
        "pipe": FORM,
        "inputs": [names[column] for column in graph.arguments],
        "nodes": [_node(node, names) for node in graph.nodes],
        "outputs": [names[column] for column in graph.outputs],
    }
    import yaml

    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def parsed(text: str) -> Any:
    """What a YAML text holds, which is plain values without aliases, nothing of them twice.

    Raises:
        UsageError: if it is no YAML.
    """
    from towhee.hub.strict_yaml import plain_values

    try:
        return plain_values(text)
    except ValueError as error:
        raise UsageError(f"this is no YAML as pipes are written in: {error}") from error


def _names(graph: Graph) -> dict[Column, str]:
    names: dict[Column, str] = {}
    times: dict[str, int] = {}
    for column in graph.columns:
        number = times[column.name] = times.get(column.name, 0) + 1
        names[column] = column.name if number == 1 else f"{column.name}~{number}"
    return names


def _node(node: Node, names: Mapping[Column, str]) -> dict[str, Any]:
    about: dict[str, Any] = {
        "in": [names[column] for column in node.inputs],
        "out": [names[column] for column in node.columns],
        **_function(node.function),
    }
    if node.by:
        about["by"] = [names[column] for column in node.by]
    if node.size is not None:
        about |= {"size": node.size, "step": node.step}
    if node.name is not None:
        about["name"] = node.name
    return {node.kind: about}


def _function(function: Function) -> dict[str, Any]:
    graph = getattr(getattr(function, "pipe", None), "graph", None)
    if isinstance(graph, Graph):
        return {"pipe": parsed(written(graph))}
    if not isinstance(function, OperatorRef):
        return {"function": _address(function)}
    about: dict[str, Any] = {"operator": function.name}
    if function.args:
        about["args"] = [_value(value, function.name) for value in function.args]
    if function.kwargs:
        about["with"] = {name: _value(value, function.name) for name, value in function.kwargs}
    return about


def _value(value: Any, operator: str) -> Any:
    """An argument of an operator, as YAML holds it."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _value(each, operator) for name, each in value.items()}
    if isinstance(value, OperatorRef) and not value.args:
        return {"operator": value.name, "with": _value(dict(value.kwargs), operator)}
    if isinstance(value, tuple):
        return {"tuple": [_value(each, operator) for each in value]}
    if isinstance(value, list):
        return [_value(each, operator) for each in value]
    if callable(value):
        return {"function": _address(value)}
    raise UsageError(f"{short(value)}, an argument of {operator}, cannot be written as YAML")


def _address(function: Any) -> str:
    """``"module:name"`` of a function that can be imported by it.

    Raises:
        UsageError: if there is none.
    """
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if isinstance(module, str) and module != "__main__":
        try:
            if imported(f"{module}:{name}") is function:
                return f"{module}:{name}"
        except UsageError:
            pass
    raise UsageError(
        f"{short(function)} cannot be written: it cannot be imported by a name; define it in a "
        "module, or give it a name with @towhee.register"
    )


def imported(address: str) -> Any:
    """The function at ``"module:name"``.

    Raises:
        UsageError: if it is not there.
    """
    module, _, name = address.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"there is no function {address!r}: {error}") from error
    return found
