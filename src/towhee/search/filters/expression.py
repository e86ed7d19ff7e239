"""What a filter says, as a tree: what stores translate and ``matches`` evaluates.

A leaf asks something of one field; ``And`` and ``Or`` join leaves. There is no ``Not``: the parser
moves it into the leaves (negation normal form), so that nobody who translates a tree meets it.

Meaning, the same for every store:

* A row whose field is null satisfies no leaf but ``IsNull``, negated ones included: what SQL's
  WHERE lets through. ``color != "red"`` is not satisfied by a row without a color.
* Text is compared by code point and case-sensitively, ``Like`` too.
* A path within a JSON field that leads nowhere, or to JSON's null, is null. What it leads to is
  compared with a literal of its own type only (text, number or boolean; 1 equals 1.0); a value of
  another type counts as null, so it satisfies neither ``==`` nor ``!=``. ``Has`` asks it of the
  value, which has to be a list, and skips elements of another type.
* ``key`` is the row's key, a text that is never null.

What the parser promises of its trees, beyond the types below:

* Literals have the field's type: ``int`` in the range of int64 for integer fields, ``float`` for
  float fields, aware ``datetime`` in UTC for times. Below a JSON field they are ``str``, ``int``,
  ``float`` or ``bool``. Texts hold neither NUL nor lone surrogates; numbers are finite.
* ``In`` has at least one value, none twice, all of one type, and no booleans.
* Booleans meet only ``==``, ``!=`` and ``Has`` (within JSON); texts, numbers and times are ordered.
* A JSON field without a path meets only ``Has`` and ``IsNull``.
* ``And`` has no ``And`` among its parts, ``Or`` no ``Or``, and both have two parts or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from towhee.errors import UsageError

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
Scalar = str | int | float | bool | datetime


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the row, or with a ``path``, what the members lead to within a JSON field."""

    name: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The field is equal to, or before or behind, a literal."""

    field: Field
    operator: Operator
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """The field equals one of the values; negated: it equals none."""

    field: Field
    values: tuple[Scalar, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Has:
    """The field is a list with an element that equals the value; negated: a list without one."""

    field: Field
    value: Scalar
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like:
    r"""The whole text fits a pattern: ``%`` any characters, ``_`` one, ``\`` in front of both."""

    field: Field
    pattern: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNull:
    """The field is null or absent; negated: it is neither."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All parts are satisfied."""

    parts: tuple[Expression, ...]

    def __post_init__(self) -> None:
        _check_parts(self)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part is satisfied."""

    parts: tuple[Expression, ...]

    def __post_init__(self) -> None:
        _check_parts(self)


Leaf: TypeAlias = Comparison | In | Has | Like | IsNull
Expression: TypeAlias = Comparison | In | Has | Like | IsNull | And | Or


def all_of(parts: Sequence[Expression]) -> Expression:
    """The expression that all parts are satisfied; a part that is an ``And`` gives its own.

    Example:
        >>> a, b, c = (IsNull(Field(name)) for name in "abc")
        >>> len(all_of([all_of([a, b]), c]).parts)
        3
    """
    return _joined(And, parts)


def any_of(parts: Sequence[Expression]) -> Expression:
    """The expression that one part is satisfied; a part that is an ``Or`` gives its own."""
    return _joined(Or, parts)


def _joined(kind: type[And] | type[Or], parts: Sequence[Expression]) -> Expression:
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _check_parts(node: And | Or) -> None:
    name = type(node).__name__
    if len(node.parts) < 2:
        raise UsageError(f"{name} joins two parts or more, not {len(node.parts)}")
    if any(isinstance(part, type(node)) for part in node.parts):
        raise UsageError(f"{name} has no {name} among its parts; build it with all_of or any_of")
