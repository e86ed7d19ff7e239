"""The types of payload fields, and the values that fit them.

Every store keeps these and gives them back as they were; what one of the five could not hold is
refused before anything is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any, Literal

import numpy as np

from towhee.errors import DataError, one_line

FieldType = Literal[
    "string", "integer", "float", "boolean", "time", "strings", "integers", "floats", "json"
]

INT64 = range(-(2**63), 2**63)
_ELEMENTS: dict[str, FieldType] = {"strings": "string", "integers": "integer", "floats": "float"}
_LISTS: dict[str, FieldType] = {"string": "strings", "integer": "integers", "float": "floats"}
_DEEPEST_JSON = 64
_EMPTY = "empty list"  # fits every type of list


def field_type_of(values: Iterable[Any], what: str = "values") -> FieldType | None:
    """The type of a column; ``None`` if it holds nothing but nulls.

    Integers among floats make a float column, lists of unlike elements and dictionaries a JSON
    column, and so does a column of empty lists only, which tell nothing of their elements.

    Args:
        values: the column: Python or NumPy values, ``None`` for null.
        what: what to call the column in an error.

    Raises:
        DataError: for a value that no type fits (NaN, infinity, a time without a time zone, an
            integer beyond 64 bits, a text with NUL or a lone surrogate, any other object), and
            for values that have no type in common. It names the row.

    Example:
        >>> field_type_of([1, None, 2.5])
        'float'
        >>> field_type_of([["red"], []])
        'strings'
    """
    first_rows: dict[str, int] = {}
    for row, value in enumerate(values):
        if value is not None:
            first_rows.setdefault(_kind_of(value, f"{what}, row {row}"), row)
    kinds = set(first_rows)
    if not kinds:
        return None
    if kinds == {"integer", "float"}:
        return "float"
    if len(kinds) == 1:
        [kind] = kinds
        return "json" if kind == _EMPTY else kind  # type: ignore[return-value]  # a FieldType
    if kinds <= {_EMPTY, "json", *_ELEMENTS}:
        lists = kinds - {_EMPTY}
        if lists == {"integers", "floats"}:
            return "floats"
        return lists.pop() if len(lists) == 1 else "json"  # type: ignore[return-value]
    one, other = sorted(first_rows, key=first_rows.__getitem__)[:2]
    raise DataError(
        f"{what}: row {first_rows[one]} is of type {one} and row {first_rows[other]} of type "
        f"{other}; a field has one type, so convert the values or keep them in two fields"
    )


def checked_value(value: Any, type: FieldType, what: str) -> Any:
    """The value as a store of any kind is given it; null stays ``None``.

    Args:
        value: a Python or NumPy value.
        type: the field's type.
        what: what to call the value in an error, such as ``"row 'a.jpg', field 'price'"``.

    Returns:
        ``str``, ``int`` (64 bits), finite ``float``, ``bool``, aware ``datetime`` in UTC (to the
        microsecond; finer ones are cut), a list of the first three, or what JSON holds.

    Raises:
        DataError: if the value does not fit. Nothing is converted that would change: an integer
            fits a float field if it is one exactly, and a float never fits an integer field.

    Example:
        >>> checked_value(np.int64(3), "float", "field 'price'")
        3.0
    """
    if value is None:
        return None
    if type == "json":
        return _checked_json(value, what, _DEEPEST_JSON)
    if type not in _ELEMENTS:
        return _checked_scalar(value, type, what)
    if not isinstance(value, list | tuple | np.ndarray) or np.ndim(value) == 0:
        raise DataError(f"{what}: a list is needed for type {type}, not {_shown(value)}")
    element = _ELEMENTS[type]
    return [_checked_scalar(each, element, f"{what}[{n}]") for n, each in enumerate(value)]


def checked_text(text: str, what: str) -> str:
    """The text if every store can hold it: valid Unicode without NUL.

    PostgreSQL keeps no NUL in a text, and a lone surrogate has no UTF-8.

    Raises:
        DataError: if it cannot.
    """
    text = str.__str__(text)
    place = text.find("\0")
    if place >= 0:
        raise DataError(f"{what}: a NUL character at position {place}; take it out")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"{what}: a lone surrogate ({text[error.start]!r}) at position {error.start} is no "
            'text; decode with errors="replace", or take it out'
        ) from error
    return text


def _kind_of(value: Any, what: str) -> str:
    """The type that the value alone would give; the value is checked on the way."""
    elements = _elements(value)
    if elements is None and not isinstance(value, dict):
        scalar = _scalar_kind(value, what)
        _checked_scalar(value, scalar, what)
        return scalar
    if elements is not None:
        if not elements:
            return _EMPTY
        listed = [_scalar_kind(each, what) if _is_listed(each) else "" for each in elements]
        kinds = set(listed)
        kind = "float" if kinds == {"integer", "float"} else listed[0] if len(kinds) == 1 else ""
        if kind:
            checked_value(elements, _LISTS[kind], what)
            return _LISTS[kind]
    checked_value(value, "json", what)
    return "json"


def _elements(value: Any) -> list[Any] | None:
    """The elements of a list, a tuple or an array; ``None`` for anything else."""
    is_list = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)
    return list(value) if is_list else None


def _is_listed(value: Any) -> bool:
    """Whether lists of such values have a type of their own."""
    is_boolean = isinstance(value, bool | np.bool_)
    return not is_boolean and isinstance(value, str | int | float | np.integer | np.floating)


def _scalar_kind(value: Any, what: str) -> FieldType:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool | np.bool_):
        return "boolean"
    if isinstance(value, int | np.integer) and not isinstance(value, np.timedelta64):
        return "integer"
    if isinstance(value, float | np.floating):
        return "float"
    if isinstance(value, str):
        return "string"
    if isinstance(value, np.datetime64):
        raise DataError(
            f"{what}: a NumPy time has no time zone; convert it to a datetime with one, such as "
            "value.astype('datetime64[us]').item().replace(tzinfo=timezone.utc)"
        )
    if isinstance(value, datetime):
        return "time"
    raise DataError(
        f"{what}: {_shown(value)} fits no type; a field holds texts, numbers, booleans, "
        "datetimes, lists of texts or numbers, or what JSON holds"
    )


def _checked_scalar(value: Any, type: FieldType, what: str) -> Any:
    if value is None:
        raise DataError(f"{what}: a list of one type holds no null; leave the element out")
    kind = _scalar_kind(value, what)
    if type == "float" and kind == "integer":
        return _exact_float(int(value), what)
    if kind != type:
        raise DataError(f"{what}: type {type} is needed, not {_shown(value)}")
    if kind == "string":
        return checked_text(value, what)
    if kind == "boolean":
        return bool(value)
    if kind == "time":
        return _in_utc(value, what)
    if kind == "integer":
        return _checked_integer(int(value), what)
    return _checked_float(float(value), what)


def _checked_integer(number: int, what: str) -> int:
    if number in INT64:
        return number
    raise DataError(
        f"{what}: an integer has 64 bits at most, from -2**63 to 2**63 - 1; keep a "
        "longer one as a text"
    )


def _checked_float(number: float, what: str) -> float:
    if math.isfinite(number):
        return number
    raise DataError(f"{what}: {number} equals nothing that a filter could name; use None for null")


def _exact_float(number: int, what: str) -> float:
    _checked_integer(number, what)
    if int(float(number)) == number:
        return float(number)
    raise DataError(
        f"{what}: the integer {number} is no float (it would become {float(number)!r}); "
        "keep it in an integer field"
    )


def _in_utc(time: datetime, what: str) -> datetime:
    if time != time:  # NaT of pandas is a datetime
        raise DataError(f"{what}: {time} is no time; use None for null")
    if time.utcoffset() is None:
        raise DataError(
            f"{what}: the time {time.isoformat()} has no time zone; give it the one that it was "
            "taken in, such as value.replace(tzinfo=timezone.utc)"
        )
    try:
        utc = time.astimezone(timezone.utc)
    except OverflowError as error:
        raise DataError(f"{what}: {time.isoformat()} is outside the years 1 to 9999") from error
    date = utc.year, utc.month, utc.day
    return datetime(*date, utc.hour, utc.minute, utc.second, utc.microsecond, timezone.utc)


def _checked_json(value: Any, what: str, deepest: int) -> Any:
    if deepest < 0:
        raise DataError(f"{what}: JSON nested deeper than {_DEEPEST_JSON} levels")
    if value is None:
        return None
    elements = _elements(value)
    if elements is not None:
        return [_checked_json(v, f"{what}[{n}]", deepest - 1) for n, v in enumerate(elements)]
    if not isinstance(value, dict):
        kind = _scalar_kind(value, what)
        if kind == "time":
            raise DataError(f"{what}: JSON has no times; use value.isoformat()")
        return _checked_scalar(value, kind, what)
    for name in value:
        if not isinstance(name, str):
            raise DataError(f"{what}: the names in a JSON object are texts, not {_shown(name)}")
    return {
        checked_text(name, f"{what}, a name"): _checked_json(v, f"{what}.{name}", deepest - 1)
        for name, v in value.items()
    }


def _shown(value: Any) -> str:
    return f"{one_line(repr(value), 60)} ({type(value).__name__})"
