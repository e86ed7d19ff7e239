"""Literals of a filter as values of the field that they are compared with."""

from __future__ import annotations

import math
import re
import sys
from datetime import datetime, timezone

from towhee.errors import UsageError, one_line
from towhee.search.field_types import INT64, FieldType
from towhee.search.filters.expression import Comparison, Field, In, Leaf, Operator, Scalar
from towhee.search.filters.lexer import Token

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)"  # the date
    r"(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?([Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_MOST_DIGITS = 400  # a float has 309 in front of its point at most
_NEEDED: dict[FieldType, str] = {
    "string": "a text in quotes",
    "integer": "a number",
    "float": "a number",
    "boolean": "true or false",
    "time": 'a time in quotes, such as "2024-01-31T12:00:00Z"',
    "json": "a text in quotes, a number, true or false",
}


def literal_of(token: Token, type: FieldType, shown: str) -> Scalar:
    """What the token stands for, given the field's type.

    Args:
        token: a text, a number, ``true`` or ``false``.
        type: the type of the field, or of the elements of a list.
        shown: the field as the filter has it, for errors.

    Returns:
        ``str``, ``bool``, ``datetime`` in UTC; ``float`` for a float field; for an integer field
        the number as it is written, which may be a fraction or beyond 64 bits.

    Raises:
        UsageError: if the two cannot be compared.
    """
    if token.keyword in ("true", "false") and type in ("boolean", "json"):
        return token.keyword == "true"
    if token.kind == "text" and type in ("string", "json"):
        return token.value
    if token.kind == "text" and type == "time":
        return time_of(token.value)
    if token.kind in ("integer", "float") and type in ("integer", "float", "json"):
        number = _number(token)
        if type == "json" and isinstance(number, int) and number not in INT64:
            raise UsageError("an integer has 64 bits at most")
        return float(number) if type == "float" else number
    if token.keyword == "null":
        raise UsageError(f"nothing equals null; write {shown} is null, or {shown} is not null")
    if token.kind in ("word", "name") and token.keyword not in ("true", "false"):
        raise UsageError(
            f"a literal is needed here, not {token}; a text stands in quotes, and a field is not "
            "compared with a field"
        )
    raise UsageError(f"{shown} is of type {type} and is compared with {_NEEDED[type]}, not {token}")


def time_of(text: str) -> datetime:
    """The time in UTC of an ISO 8601 text with a date, a time and a zone.

    Raises:
        UsageError: if it is none, or says no zone.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{one_line(repr(text), 60)} is no time of ISO 8601 to the microsecond, such as "
            '"2024-01-31T12:00:00Z"'
        )
    date, minutes, seconds, fraction, zone = match.groups()
    if zone is None:
        raise UsageError(
            f"{text!r} names no time zone; write {date}T{minutes or '00:00'}:{seconds or '00'}Z "
            "for UTC, or end it with an offset such as +02:00"
        )
    offset = "+00:00" if zone in "Zz" else zone
    whole = f"{date}T{minutes}:{seconds or '00'}.{(fraction or '').ljust(6, '0')}{offset}"
    try:
        return datetime.fromisoformat(whole).astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"there is no time {text!r}: {error}") from error


def as_integer(value: Scalar) -> int | None:
    """The integer of 64 bits that equals the value, if there is one."""
    if isinstance(value, float) and not value.is_integer():
        return None
    # A range is asked for an int only: it would compare a float with all its members in turn.
    return int(value) if isinstance(value, int | float) and int(value) in INT64 else None


def compared(field: Field, type: FieldType, operator: Operator, value: Scalar) -> Comparison:
    """The comparison, with a number that an integer field can hold.

    An integer is below 1.5 if it is below 2, and all are below 1e30. Equality with what no integer
    is becomes a comparison that none satisfies.
    """
    if type != "integer" or not isinstance(value, int | float):
        return Comparison(field, operator, value)
    least, most = INT64[0], INT64[-1]
    if operator in ("==", "!="):
        integer = as_integer(value)
        if integer is not None:
            return Comparison(field, operator, integer)
        return Comparison(field, ">", most) if operator == "==" else Comparison(field, ">=", least)
    bound = math.ceil(value) if operator in ("<", ">=") else math.floor(value)
    if bound > most:
        return Comparison(field, "<=" if operator in ("<", "<=") else ">", most)
    if bound < least:
        return Comparison(field, "<" if operator in ("<", "<=") else ">=", least)
    return Comparison(field, operator, bound)


def listed(field: Field, type: FieldType, values: tuple[Scalar, ...], negated: bool) -> Leaf:
    """The membership, each value once, without those that no integer is for an integer field.

    Raises:
        UsageError: if the values are of unlike types, booleans, or none.
    """
    if not values:
        raise UsageError("an empty list has no element that anything equals; leave this out")
    if any(isinstance(value, bool) for value in values):
        raise UsageError("booleans are not listed; write == true, == false or is not null")
    if len({isinstance(value, str) for value in values}) > 1:
        raise UsageError("the values of a list are all texts or all numbers")
    if type == "integer":
        integers = [as_integer(value) for value in values]
        first, values = values[0], tuple(value for value in integers if value is not None)
        if not values:
            return compared(field, type, "!=" if negated else "==", first)
    return In(field, tuple(dict.fromkeys(values)), negated)


def _number(token: Token) -> int | float:
    digits = token.value.lstrip("+-").partition("e" if "e" in token.value else "E")[0]
    is_long = len(digits.partition(".")[0]) > _MOST_DIGITS
    if not is_long and token.kind == "integer":
        whole = int(token.value)
        if abs(whole) <= sys.float_info.max:
            return whole
    elif not is_long and math.isfinite(float(token.value)):
        return float(token.value)
    raise UsageError("the number is beyond what a float can hold, about 1.8e308")
