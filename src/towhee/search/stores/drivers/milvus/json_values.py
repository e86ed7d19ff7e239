"""JSON values as Milvus keeps them, and paths into them.

A value is kept as ``{"v": value}``, for Milvus Lite gives back no JSON that is just a text or a
number. Milvus Lite takes ``true`` for 1 when it compares, and knows no test for a list, so there a
value with a boolean or a list within has a twin, ``{"v": value, "t": twin}``, that tells types
apart: booleans are ``{"$bool": "true"}``, lists ``{"$list": [...]}``, texts are left out, and the
names of members that begin with a dollar have one more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from towhee.search.stores.drivers.milvus.quoting import quoted

VALUE = "v"
TWIN = "t"
BOOLEAN = "$bool"
LIST = "$list"


def encoded_json(value: Any, *, twins: bool) -> str:
    """A value as the text of what is kept.

    Args:
        value: what JSON holds.
        twins: whether to keep a twin, for Milvus Lite.
    """
    kept = {VALUE: value}
    if twins and _needs_twin(value):
        kept[TWIN] = _twin(value)
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def decoded_json(kept: Any) -> Any:
    """The value in what is kept, as the client gives it."""
    return kept[VALUE]


def path_to_value(column: str, path: Sequence[str]) -> str:
    """What a filter calls a member."""
    return _path(column, (VALUE, *path))


def path_to_twin(column: str, path: Sequence[str], *last: str) -> str:
    """What a filter calls a member of the twin."""
    return _path(column, (TWIN, *map(_twin_name, path), *last))


def twin_element(value: str | int | float | bool) -> str | int | float:
    """An element of a list as it stands in the twin: texts and booleans are marked.

    Example:
        >>> twin_element("true"), twin_element(True), twin_element(1)
        ('strue', 'btrue', 1)
    """
    if isinstance(value, str):
        return f"s{value}"
    if isinstance(value, bool):
        return "btrue" if value else "bfalse"
    return value


def _path(column: str, members: Sequence[str]) -> str:
    return column + "".join(f"[{quoted(member)}]" for member in members)


def _twin_name(name: str) -> str:
    return f"${name}" if name.startswith("$") else name


def _needs_twin(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_needs_twin, value.values()))
    return isinstance(value, (bool, list))


def _twin(value: Any) -> Any:
    if isinstance(value, dict):
        return {_twin_name(name): _twin(member) for name, member in value.items()}
    if isinstance(value, bool):
        return {BOOLEAN: "true" if value else "false"}
    if isinstance(value, list):
        scalars = (each for each in value if isinstance(each, (str, int, float)))
        return {LIST: [twin_element(each) for each in scalars]}
    return None if isinstance(value, str) else value
