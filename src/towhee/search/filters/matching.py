"""Whether a row satisfies an expression: what a store's own filtering is compared with."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from towhee.search.filters.expression import (
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
)
from towhee.search.filters.like import is_like

_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(expression: Expression, row: Mapping[str, Any]) -> bool:
    """Whether the row satisfies the expression.

    Args:
        expression: as ``parse_filter`` gives it.
        row: the fields by name, ``key`` among them, as ``checked_value`` gives them; one that is
            ``None`` or absent is null.

    Example:
        >>> cheap = Comparison(Field("price"), "<", 10.0)
        >>> matches(cheap, {"key": "a", "price": 3.5}), matches(cheap, {"key": "b", "price": None})
        (True, False)
    """
    if isinstance(expression, And):
        return all(matches(part, row) for part in expression.parts)
    if isinstance(expression, Or):
        return any(matches(part, row) for part in expression.parts)
    value = _value(expression.field, row)
    if isinstance(expression, IsNull):
        return (value is None) != expression.negated
    if isinstance(expression, Comparison):
        is_comparable = _is_like_typed(value, expression.value)
        return is_comparable and _COMPARE[expression.operator](value, expression.value)
    if isinstance(expression, In):
        is_comparable = _is_like_typed(value, expression.values[0])
        return is_comparable and (value in expression.values) != expression.negated
    if isinstance(expression, Like):
        is_text = isinstance(value, str)
        return is_text and is_like(value, expression.pattern) != expression.negated
    return isinstance(value, list) and _has(value, expression) != expression.negated


def _has(elements: list[Any], expression: Has) -> bool:
    wanted = expression.value
    return any(_is_like_typed(each, wanted) and each == wanted for each in elements)


def _value(field: Field, row: Mapping[str, Any]) -> Any:
    value = row.get(field.name)
    for member in field.path:
        value = value.get(member) if isinstance(value, dict) else None
    return value


def _is_like_typed(value: Any, literal: Any) -> bool:
    """Whether the two have an order or an equality: Python takes ``True`` for 1, we do not."""
    for kind in (bool, str, datetime, int | float):
        if isinstance(literal, kind):
            return isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    return False
