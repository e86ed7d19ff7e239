"""Filters as conditions of Qdrant, built of the client's types: no text is ever parsed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.search.filters import And, Comparison, Expression, Field, Has, In, IsNull, Like
from towhee.search.filters.expression import Leaf, Scalar
from towhee.search.stores.drivers.qdrant.points import (
    EXACT_INTEGERS,
    halves,
    kind_of,
    kind_token,
)
from towhee.search.stores.schema import KEY, PARENT, CollectionSchema

if TYPE_CHECKING:
    from qdrant_client.models import Condition, Filter

LACKS = frozenset({"like", "order of text"})

_BOUNDS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_KINDS = ("boolean", "text", "number", "list", "object")


def condition(schema: CollectionSchema, where: Expression) -> Filter:
    """The condition that holds for the rows for which a filter does.

    Raises:
        UsageError: for a pattern, or the order of texts, by which Qdrant does not filter.
    """
    from qdrant_client import models

    if isinstance(where, And):
        return models.Filter(must=[condition(schema, part) for part in where.parts])
    if not isinstance(where, Leaf):
        return models.Filter(should=[condition(schema, part) for part in where.parts])
    if isinstance(where, Like):
        raise _refused("by patterns", where.field)
    is_json = schema.stored_fields.get(where.field.name) == "json"
    if isinstance(where, IsNull):
        absent = _is_absent(where.field, is_json)
        return models.Filter(must_not=[absent]) if where.negated else models.Filter(must=[absent])
    wanted = _wanted(where, is_json)
    is_negated = not isinstance(where, Comparison) and where.negated
    is_negated |= isinstance(where, Comparison) and where.operator == "!="
    if is_json:
        kind = "list" if isinstance(where, Has) else kind_of(_literals(where)[0])
        typed: Condition = _has_kinds(where.field, [kind])
    else:
        typed = models.Filter(must_not=[_is_absent(where.field, is_json)])
    if is_negated:
        return models.Filter(must=[typed], must_not=[wanted])
    return models.Filter(must=[typed, wanted])


def _wanted(leaf: Comparison | In | Has, is_json: bool) -> Condition:
    """What a leaf asks of a value, whatever its type, and without its negation."""
    from qdrant_client import models

    if isinstance(leaf, Comparison) and leaf.operator in _BOUNDS:
        return _ordered(leaf.field, leaf.operator, leaf.value)
    return models.Filter(should=[_equal(leaf.field, value, is_json) for value in _literals(leaf)])


def _literals(leaf: Comparison | In | Has) -> Sequence[Scalar]:
    return leaf.values if isinstance(leaf, In) else (leaf.value,)


def _equal(field: Field, value: Scalar, is_json: bool) -> Condition:
    from qdrant_client import models

    key = _path(field)
    if isinstance(value, datetime):
        return models.FieldCondition(key=key, range=models.DatetimeRange(gte=value, lte=value))
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, float) or (isinstance(value, int) and is_whole and is_json):
        number = float(value)
        return models.FieldCondition(key=key, range=models.Range(gte=number, lte=number))
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def _ordered(field: Field, operator: str, value: Scalar) -> Condition:
    from qdrant_client import models

    if isinstance(value, str):
        raise _refused("by the order of texts", field)
    if isinstance(value, int) and not field.path and abs(value) >= EXACT_INTEGERS:
        return _ordered_by_halves(field, operator, value)
    bound: dict[str, Any] = {_BOUNDS[operator]: value}
    limits = models.DatetimeRange if isinstance(value, datetime) else models.Range
    return models.FieldCondition(key=_path(field), range=limits(**bound))


def _ordered_by_halves(field: Field, operator: str, value: int) -> Condition:
    """The order of integers that are no floats; smaller ones have no halves."""
    from qdrant_client import models

    high, low = halves(value)
    strict: dict[str, Any] = {_BOUNDS[operator[0]]: high}
    first, second = f"{field.name}-high", f"{field.name}-low"
    ordered: list[Condition] = [
        models.FieldCondition(key=first, range=models.Range(**strict)),
        models.Filter(
            must=[
                models.FieldCondition(key=first, match=models.MatchValue(value=high)),
                models.FieldCondition(key=second, range=models.Range(**{_BOUNDS[operator]: low})),
            ]
        ),
    ]
    if (value > 0) == (operator in ("<", "<=")):
        exact = models.Range(gt=-EXACT_INTEGERS, lt=EXACT_INTEGERS)
        ordered.append(models.FieldCondition(key=_path(field), range=exact))
    return models.Filter(should=ordered)


def _is_absent(field: Field, is_json: bool) -> Condition:
    from qdrant_client import models

    if is_json:
        return models.Filter(must_not=[_has_kinds(field, _KINDS)])
    return models.IsNullCondition(is_null=models.PayloadField(key=_path(field)))


def _has_kinds(field: Field, kinds: Sequence[str]) -> Condition:
    """What a field of JSON leads to is of one of some types."""
    from qdrant_client import models

    tokens = [kind_token(field.path, kind) for kind in kinds]
    return models.FieldCondition(key=f"{field.name}-kinds", match=models.MatchAny(any=tokens))


def _path(field: Field) -> str:
    """A field as Qdrant names it; members between quotes, which know no escape."""
    for member in field.path:
        if '"' in member:
            raise UsageError(
                f"Qdrant cannot filter by a member of JSON whose name holds a quote, {member!r}; "
                "give it another name"
            )
    name = KEY if field.name == KEY else field.name
    return ".".join([name, *(f'"{member}"' for member in field.path)])


def _refused(what: str, field: Field) -> UsageError:
    name = KEY if field.name == PARENT else field.name
    return UsageError(
        f"Qdrant cannot filter {what}, as is asked of {name!r}; filter by equality, or use "
        "another store"
    )
