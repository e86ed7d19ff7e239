"""Filters as conditions in the SQL of DataFusion, which LanceDB filters by.

The client takes conditions as text alone, so what a user gives goes through two doors: a name
that the schema knows, between backticks, and a literal, which is written here. In a string of
this dialect nothing is special but the quote, which is doubled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from towhee.errors import UsageError
from towhee.search.field_types import FieldType
from towhee.search.filters import (
    And,
    Comparison,
    Expression,
    Field,
    Has,
    In,
    IsNull,
    Like,
    Or,
)
from towhee.search.filters.expression import Scalar
from towhee.search.stores.drivers.lancedb.rows import column_of
from towhee.search.stores.schema import KEY, CollectionSchema

LACKS = frozenset({"members of JSON"})

_OPERATORS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def condition(schema: CollectionSchema, where: Expression) -> str:
    """The condition that holds for the rows for which a filter does.

    Raises:
        UsageError: for a filter by what is within a JSON column, which is text to LanceDB.
    """
    return _condition(schema.stored_fields, where)


def has_key(keys: Sequence[str]) -> str:
    """The condition that a row's key is among some."""
    return f"`{KEY}` IN ({', '.join(map(literal, keys))})"


def literal(value: Scalar) -> str:
    """A value as SQL writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):  # a minus in front of 2**63 would make a float of it
        return f"CAST('{value}' AS BIGINT)" if value < 0 else str(value)
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    if isinstance(value, datetime):
        text = value.replace(tzinfo=None).isoformat(" ", "microseconds")
        return f"CAST('{text}' AS TIMESTAMP(6))"
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _condition(fields: Mapping[str, FieldType], where: Expression) -> str:
    if isinstance(where, (And, Or)):
        joint = " AND " if isinstance(where, And) else " OR "
        return f"({joint.join(_condition(fields, part) for part in where.parts)})"
    _refuse_members(fields, where)
    column = f"`{KEY if where.field.name == KEY else column_of(where.field.name)}`"
    if isinstance(where, IsNull):
        return f"{column} IS {'NOT ' if where.negated else ''}NULL"
    if isinstance(where, Comparison):
        return f"{column} {_OPERATORS[where.operator]} {literal(where.value)}"
    negation = "NOT " if where.negated else ""
    if isinstance(where, In):
        return f"{column} {negation}IN ({', '.join(map(literal, where.values))})"
    if isinstance(where, Like):
        return f"{column} {negation}LIKE {literal(where.pattern)}"
    # Elements are compared bit by bit, and the zeros of both signs are one number.
    values = [0.0, -0.0] if isinstance(where.value, float) and not where.value else [where.value]
    found = " OR ".join(f"array_has({column}, {literal(value)})" for value in values)
    return f"({negation}({found}))"


def _refuse_members(
    fields: Mapping[str, FieldType], leaf: Comparison | In | Has | Like | IsNull
) -> None:
    field: Field = leaf.field
    if field.path or (isinstance(leaf, Has) and fields.get(field.name) == "json"):
        raise UsageError(
            f"LanceDB cannot filter by members of JSON columns, such as {field.name!r}; keep what "
            "you filter by in a column of its own, or use another store"
        )
