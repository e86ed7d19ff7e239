"""Payload columns in SQLite: how their values are written and read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from towhee.search.field_types import FieldType

SQL_TYPES: dict[FieldType, str] = {
    "string": "TEXT",
    "integer": "INTEGER",
    "float": "REAL",
    "boolean": "INTEGER",
    "time": "INTEGER",  # microseconds since 1970
    "strings": "TEXT",  # lists are JSON
    "integers": "TEXT",
    "floats": "TEXT",
    "json": "TEXT",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


def column(name: str) -> str:
    """The payload column in SQL; the letters before keep it apart from the others."""
    return f'"p_{name}"'


def microseconds(time: datetime) -> int:
    """A time as it is kept."""
    return (time - _EPOCH) // _MICROSECOND


def as_json(value: Any) -> str:
    """A value as it is kept; floats as the shortest text that gives the very same back."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def written(values: Sequence[Any], kind: FieldType) -> Sequence[Any]:
    """The values of a column as SQLite takes them."""
    return values if kind not in _WRITE else _each(values, _WRITE[kind])


def read(values: Sequence[Any], kind: FieldType) -> list[Any]:
    """The values of a column as they were given."""
    return list(values) if kind not in _READ else _each(values, _READ[kind])


def _each(values: Sequence[Any], change: Callable[[Any], Any]) -> list[Any]:
    return [None if value is None else change(value) for value in values]


def _time(count: int) -> datetime:
    return _EPOCH + timedelta(microseconds=count)


_WRITE: dict[FieldType, Callable[[Any], Any]] = {
    "boolean": int,
    "time": microseconds,
    "strings": as_json,
    "integers": as_json,
    "floats": as_json,
    "json": as_json,
}
_READ: dict[FieldType, Callable[[Any], Any]] = {
    "boolean": bool,
    "time": _time,
    "strings": json.loads,
    "integers": json.loads,
    "floats": json.loads,
    "json": json.loads,
}
