"""Filters as conditions of SQLite. Every value is a bound parameter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from towhee.search.field_types import FieldType
from towhee.search.filters import (
    KEY,
    And,
    Comparison,
    Expression,
    Field,
    Has,
    In,
    IsNull,
    Like,
    Operator,
    Or,
    Scalar,
)
from towhee.search.stores.drivers.faiss.columns import as_json, column, microseconds

Condition = tuple[str, list[Any]]
_OPERATORS: dict[Operator, str] = {
    "==": "=",
    "!=": "<>",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}


def condition(expression: Expression, fields: Mapping[str, FieldType]) -> Condition:
    """What stands behind ``WHERE``, and its parameters.

    Args:
        expression: over the columns of the table ``rows``.
        fields: the types of the payload columns.
    """
    if isinstance(expression, And | Or):
        parts = [condition(part, fields) for part in expression.parts]
        joined = _joined([sql for sql, _ in parts], "AND" if isinstance(expression, And) else "OR")
        return joined, [value for _, values in parts for value in values]
    if fields.get(expression.field.name) == "json":
        return _of_json(expression)
    name = "key" if expression.field.name == KEY else column(expression.field.name)
    if isinstance(expression, IsNull):
        return f"{name} IS {_no(expression)}NULL", []
    if isinstance(expression, Comparison):
        return f"{name} {_OPERATORS[expression.operator]} ?", [_bound(expression.value)]
    if isinstance(expression, In):
        return _one_of(name, [], expression)
    if isinstance(expression, Like):
        return f"{_not(expression)}is_like({name}, ?)", [expression.pattern]
    return (
        f"({name} IS NOT NULL AND {_not(expression)}EXISTS "
        f"(SELECT 1 FROM json_each({name}) WHERE value = ?))",
        [_bound(expression.value)],
    )


def _joined(parts: list[str], word: str) -> str:
    """The parts as a balanced tree: SQLite refuses one that is a thousand levels deep."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_joined(parts[:middle], word)} {word} {_joined(parts[middle:], word)})"


def _of_json(leaf: Comparison | In | Has | Like | IsNull) -> Condition:
    """A leaf about a JSON column: what is there has a type, which has to be the literal's."""
    place, values = _place(leaf.field)
    kind, value = f"json_type({place})", f"json_extract({place})"
    if isinstance(leaf, IsNull):
        return f"ifnull({kind}, 'null') {'<>' if leaf.negated else '='} 'null'", values
    if isinstance(leaf, Has):
        return (
            f"({kind} = 'array' AND {_not(leaf)}EXISTS (SELECT 1 FROM json_each({place}) "
            f"WHERE type IN {_types(leaf.value)} AND value = ?))",
            [*values, *values, _bound(leaf.value)],
        )
    if isinstance(leaf, Like):
        return (
            f"({kind} = 'text' AND {_not(leaf)}is_like({value}, ?))",
            [*values, *values, leaf.pattern],
        )
    if isinstance(leaf, Comparison):
        return (
            f"({kind} IN {_types(leaf.value)} AND {value} {_OPERATORS[leaf.operator]} ?)",
            [*values, *values, _bound(leaf.value)],
        )
    inside, listed = _one_of(value, values, leaf)
    return f"({kind} IN {_types(leaf.values[0])} AND {inside})", [*values, *listed]


def _place(field: Field) -> Condition:
    """A document and a path of SQLite within it, and their parameters.

    A path of SQLite cannot name a member without a name, or one that JSON writes with a
    backslash; those are taken out by a function.
    """
    path = "".join(f'."{name}"' for name in field.path)
    if all(name and json.dumps(name, ensure_ascii=False) == f'"{name}"' for name in field.path):
        return f"{column(field.name)}, ?", [f"${path}"]
    return f"member({column(field.name)}, ?), '$'", [as_json(field.path)]


def _types(literal: Scalar) -> str:
    """What SQLite calls the types in JSON that can equal a literal."""
    if isinstance(literal, bool):
        return "('true', 'false')"
    return "('text')" if isinstance(literal, str) else "('integer', 'real')"


def _one_of(sql: str, values: list[Any], leaf: In) -> Condition:
    """One parameter however many values: SQLite takes some thousands at most."""
    listed = [_bound(value) for value in leaf.values]
    if any(isinstance(value, float) for value in listed):  # as JSON they would be parsed again
        marks = ", ".join("?" * len(listed))
        return f"{sql} {_no(leaf)}IN ({marks})", [*values, *listed]
    return f"{sql} {_no(leaf)}IN (SELECT value FROM json_each(?))", [*values, as_json(listed)]


def _bound(value: Scalar) -> Any:
    if isinstance(value, datetime):
        return microseconds(value)
    return int(value) if isinstance(value, bool) else value


def _no(leaf: In | IsNull) -> str:
    return "NOT " if leaf.negated else ""


def _not(leaf: Has | Like) -> str:
    return "NOT " if leaf.negated else ""
