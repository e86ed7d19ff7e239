"""A pipe from its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from towhee.builder.callable_pipe import CallablePipe, NestedPipe
from towhee.builder.graph import ARGUMENTS, Column, Function, Graph, Kind, Node
from towhee.builder.written import FORM, imported, parsed
from towhee.errors import UnknownNameError, UsageError
from towhee.hub.reference import reference
from towhee.operators.base import short

_SETTINGS = {"in", "out", "by", "size", "step", "name"}
_KEYS = {*_SETTINGS, "operator", "args", "with", "function", "pipe"}


def pipe_from_yaml(text: str, *, trust_functions: bool = False) -> CallablePipe:
    """The pipe that ``to_yaml`` wrote.

    Args:
        text: what it wrote.
        trust_functions: whether to import the functions that it names. Whoever wrote the text can
            have any code run by them; operators are found by name and are those of this process.

    Raises:
        UsageError: if the text is no pipe, or names a function without ``trust_functions``.
        UnknownNameError: for an operator, or an argument, that there is not.

    Example:
        >>> from towhee import ops, pipe
        >>> shape = ops.tensor_reshape(shape=(2, 2))
        >>> text = pipe.input("a").map("a", "b", shape).output("b").to_yaml()
        >>> pipe_from_yaml(text).to_yaml() == text
        True
    """
    return pipe_of(parsed(text), trust_functions=trust_functions).preload()


def pipe_of(content: Any, *, trust_functions: bool = False) -> CallablePipe:
    """The pipe of which ``content`` is the parsed YAML; its weights are not loaded yet.

    Raises:
        UsageError: as ``pipe_from_yaml`` does.
        UnknownNameError: as ``pipe_from_yaml`` does.
    """
    return _closed(content, trust_functions)


def _closed(content: Any, trusted: bool) -> CallablePipe:
    if not isinstance(content, Mapping) or "pipe" not in content:
        raise UsageError("this YAML is no pipe: it has no 'pipe:' with its form")
    if content["pipe"] != FORM:
        raise UsageError(f"this pipe has the form {content['pipe']!r}; this version reads {FORM}")
    columns = {name: Column(_bare(name), ARGUMENTS) for name in _texts(content, "inputs")}
    arguments = tuple(columns.values())
    nodes = []
    for entry in _list(content, "nodes"):
        if not isinstance(entry, Mapping) or len(entry) != 1:
            raise UsageError(f"a node is one kind with what belongs to it, not {short(entry)}")
        ((kind, about),) = entry.items()
        node = _node(kind, about, columns, trusted)
        nodes.append(node)
        columns |= dict(zip(_texts(about, "out"), node.columns, strict=True))
    outputs = tuple(_column(name, columns) for name in _texts(content, "outputs"))
    return CallablePipe(Graph(tuple(nodes), arguments, outputs))


def _node(kind: Any, about: Any, columns: Mapping[str, Column], trusted: bool) -> Node:
    if kind not in get_args(Kind):
        raise UnknownNameError("node", str(kind), get_args(Kind), "in this pipe")
    if not isinstance(about, Mapping) or not set(about) <= _KEYS:
        raise UsageError(f"{kind} has in, out and a function, not {short(about)}")
    if not _texts(about, "in"):
        raise UsageError(f"{kind} needs a column to work on, not as in {short(about)}")
    size, step = about.get("size"), about.get("step", 1)
    for number in (size, step):
        if number is not None and (not isinstance(number, int) or number < 1):
            raise UsageError(f"size and step are whole numbers of at least 1, not {number!r}")
    if kind == "filter" and len(_texts(about, "in")) != len(_texts(about, "out")):
        raise UsageError(f"filter copies columns to as many, not as in {short(about)}")
    return Node(
        kind,
        _function(about, trusted),
        tuple(_column(name, columns) for name in _texts(about, "in")),
        tuple(map(_bare, _texts(about, "out"))),
        tuple(_column(name, columns) for name in _texts(about, "by")),
        size,
        step,
        about.get("name"),
    )


def _function(about: Mapping[str, Any], trusted: bool) -> Function:
    if "operator" in about:
        args = [_value(value, trusted) for value in _list(about, "args")]
        given = about.get("with") or {}
        if not isinstance(given, Mapping):
            raise UsageError(f"'with' holds arguments by name, not {short(given)}")
        named = {name: _value(value, trusted) for name, value in given.items()}
        return reference(str(about["operator"]), *args, **named)
    if "pipe" in about:
        return NestedPipe(_closed(about["pipe"], trusted).preload())
    if "function" in about:
        function: Function = _trusted(about["function"], trusted)
        return function
    raise UsageError(f"a node has an operator, a function or a pipe, not {short(about)}")


def _value(value: Any, trusted: bool) -> Any:
    if isinstance(value, list):
        return [_value(each, trusted) for each in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"function"}:
        return _trusted(value["function"], trusted)
    if set(value) == {"tuple"}:
        return tuple(_value(each, trusted) for each in _list(value, "tuple"))
    return {name: _value(each, trusted) for name, each in value.items()}


def _trusted(address: Any, trusted: bool) -> Any:
    if not trusted:
        raise UsageError(
            f"this pipe calls the function {address!r}; if you trust who wrote it, "
            "pass trust_functions=True"
        )
    return imported(str(address))


def _list(about: Mapping[str, Any], name: str) -> list[Any]:
    found = about.get(name) or []
    if not isinstance(found, list):
        raise UsageError(f"{name!r} is a list, not {short(found)}")
    return found


def _texts(about: Mapping[str, Any], name: str) -> list[str]:
    found = about.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise UsageError(f"{name!r} is a list of columns, not {short(found)}")
    return found


def _column(name: str, columns: Mapping[str, Column]) -> Column:
    if name not in columns:
        raise UnknownNameError("column", name, columns, "in this pipe")
    return columns[name]


def _bare(name: str) -> str:
    return name.partition("~")[0]
