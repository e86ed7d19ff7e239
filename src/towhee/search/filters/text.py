"""The text of an expression."""

from __future__ import annotations

import json
from datetime import datetime, timezone

from towhee.search.filters.expression import (
    And,
    Comparison,
    Expression,
    Field,
    Has,
    In,
    Like,
    Or,
    Scalar,
)
from towhee.search.filters.lexer import KEYWORDS, WORD


def as_text(expression: Expression) -> str:
    """The filter that ``parse_filter`` reads this expression from; alike for those that are alike.

    Example:
        >>> as_text(In(Field("kind"), ("cat", "dog"), negated=True))
        'kind not in ["cat", "dog"]'
    """
    if isinstance(expression, And):
        return " and ".join(
            f"({as_text(part)})" if isinstance(part, Or) else as_text(part)
            for part in expression.parts
        )
    if isinstance(expression, Or):
        return " or ".join(
            f"({as_text(part)})" if isinstance(part, And) else as_text(part)
            for part in expression.parts
        )
    field = _field(expression.field)
    if isinstance(expression, Comparison):
        return f"{field} {expression.operator} {_literal(expression.value)}"
    no = "not " if expression.negated else ""
    if isinstance(expression, In):
        return f"{field} {no}in [{', '.join(map(_literal, expression.values))}]"
    if isinstance(expression, Has):
        return f"{field} {no}has {_literal(expression.value)}"
    if isinstance(expression, Like):
        return f"{field} {no}like {_literal(expression.pattern)}"
    return f"{field} is {no}null"


def _field(field: Field) -> str:
    first, *members = field.name, *field.path
    name = _quoted(first) if first.lower() in KEYWORDS else _name(first)
    return ".".join((name, *map(_name, members)))


def _name(name: str) -> str:
    return name if WORD.fullmatch(name) else _quoted(name)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _literal(value: Scalar) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"
    # JSON writes texts, booleans and numbers as filters do.
    return json.dumps(value, ensure_ascii=False)
