"""Filters as conditions of SQL; every literal travels as a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import sql

from towhee.search.field_types import FieldType
from towhee.search.filters import And, Comparison, Expression, Field, Has, In, IsNull, Like, Or
from towhee.search.filters.expression import Scalar
from towhee.search.filters.like import Wildcard, pattern_parts
from towhee.search.stores.drivers.pgvector.layout import column
from towhee.search.stores.schema import KEY, CollectionSchema

_LONGEST_PATH = 66  # JSON has 64 levels at most, so a longer one leads to nothing, too

_OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_WILDCARDS = {Wildcard.ANY: "%", Wildcard.ONE: "_"}


class Conditions:
    """Conditions and the parameters that they name.

    Args:
        schema: of the collection.

    Attributes:
        parameters: by name; ``%(name)s`` stands for them in the conditions.
    """

    def __init__(self, schema: CollectionSchema) -> None:
        self._types: Mapping[str, FieldType] = {**schema.stored_fields, KEY: "string"}
        self.parameters: dict[str, Any] = {}

    def where(self, expression: Expression | None) -> sql.Composable:
        """The clause for a filter, nothing for ``None``."""
        if expression is None:
            return sql.SQL("")
        return sql.SQL("WHERE {}").format(self.of(expression))

    def of(self, expression: Expression) -> sql.Composable:
        """The condition for which a filter holds."""
        if isinstance(expression, And | Or):
            word = " AND " if isinstance(expression, And) else " OR "
            parts = [self.of(part) for part in expression.parts]
            return sql.SQL("({})").format(sql.SQL(word).join(parts))
        if self._types[expression.field.name] == "json":
            return self._of_json(expression)
        value = column(expression.field.name)
        if isinstance(expression, IsNull):
            return sql.SQL("{} IS NOT NULL" if expression.negated else "{} IS NULL").format(value)
        if isinstance(expression, Has):
            has = "{} <> ALL ({})" if expression.negated else "{} = ANY ({})"
            return sql.SQL(has).format(self._literal(expression.value), value)
        return self._compared(expression, value)

    def _compared(
        self, leaf: Comparison | In | Like, value: sql.Composable, number: str | None = None
    ) -> sql.Composable:
        """The condition for a value of SQL; numbers are compared as the type ``number``."""
        if isinstance(leaf, Comparison):
            return sql.SQL("{} {} {}").format(
                value, sql.SQL(_OPERATORS[leaf.operator]), self._literal(leaf.value, number)
            )
        if isinstance(leaf, In):
            word = "<> ALL" if leaf.negated else "= ANY"
            kind = _type_of(leaf.values[0], number)
            values = [_as_type(each, kind) for each in leaf.values]
            return sql.SQL("{} {} ({}::{}[])").format(
                value, sql.SQL(word), self._parameter(values), sql.SQL(kind)
            )
        pattern = self._parameter(_pattern(leaf.pattern))
        word = "NOT LIKE" if leaf.negated else "LIKE"
        return sql.SQL("{} {} {}::text ESCAPE '!'").format(value, sql.SQL(word), pattern)

    def _of_json(self, leaf: Comparison | In | Has | Like | IsNull) -> sql.Composable:
        value = self._member(leaf.field)
        if isinstance(leaf, IsNull):
            kind = "<> 'null'" if leaf.negated else "= 'null'"
            null = "{0} IS NOT NULL AND" if leaf.negated else "{0} IS NULL OR"
            return sql.SQL(f"({null} json_typeof({{0}}) {kind})").format(value)
        if isinstance(leaf, Has):
            equal = self._of_kind(Comparison(leaf.field, "==", leaf.value), sql.SQL("element"))
            word = "NOT EXISTS" if leaf.negated else "EXISTS"
            # CASE, as json_array_elements refuses what is no list, and AND keeps no order.
            return sql.SQL(
                "CASE WHEN json_typeof({0}) = 'array' THEN {1} "
                "(SELECT FROM json_array_elements({0}) AS elements (element) WHERE {2}) END"
            ).format(value, sql.SQL(word), equal)
        return self._of_kind(leaf, value)

    def _of_kind(self, leaf: Comparison | In | Like, value: sql.Composable) -> sql.Composable:
        """The condition for a value of JSON, null unless it is of the literal's kind."""
        literal = _literal_of(leaf)
        if isinstance(literal, bool):
            kind, plain = "boolean", "({} #>> '{{}}')::boolean"
        elif isinstance(literal, str):
            kind, plain = "string", "({} #>> '{{}}') COLLATE \"C\""
        else:
            kind, plain = "number", "({} #>> '{{}}')::numeric"
        return sql.SQL("CASE WHEN json_typeof({}) = {} THEN {} END").format(
            value,
            sql.Literal(kind),
            self._compared(leaf, sql.SQL(plain).format(value), "numeric"),
        )

    def _member(self, field: Field) -> sql.Composable:
        """What a path leads to; ``->`` with a text goes into objects only, never into lists."""
        value: sql.Composable = column(field.name)
        for name in field.path[:_LONGEST_PATH]:
            value = sql.SQL("({} -> {}::text)").format(value, self._parameter(name))
        return value

    def _literal(self, value: Scalar, number: str | None = None) -> sql.Composed:
        kind = _type_of(value, number)
        return sql.SQL("{}::{}").format(self._parameter(_as_type(value, kind)), sql.SQL(kind))

    def _parameter(self, value: Any) -> sql.Placeholder:
        name = f"where_{len(self.parameters)}"
        self.parameters[name] = value
        return sql.Placeholder(name)


def _literal_of(leaf: Comparison | In | Like) -> Scalar:
    if isinstance(leaf, Comparison):
        return leaf.value
    return leaf.values[0] if isinstance(leaf, In) else leaf.pattern


def _type_of(value: Scalar, number: str | None) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime):
        return "timestamptz"
    return number or ("bigint" if isinstance(value, int) else "double precision")


def _as_type(value: Scalar, kind: str) -> Any:
    """The value as psycopg hands it on unchanged: a number of any size by its digits."""
    return repr(value) if kind == "numeric" else value


def _pattern(pattern: str) -> str:
    """The pattern of LIKE with ``!`` as its escape, which no setting gives another meaning."""
    return "".join(
        _WILDCARDS[part]
        if isinstance(part, Wildcard)
        else part.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        for part in pattern_parts(pattern)
    )
