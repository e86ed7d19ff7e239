"""Literals of the language that Milvus filters by; nothing in a value can end one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from towhee.search.filters import Scalar

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def quoted(text: str) -> str:
    r"""A text as a literal.

    Only these four characters mean something between quotes, to Milvus and to Milvus Lite; the
    latter knows no other escapes.

    Example:
        >>> print(quoted('say "no"'))
        "say \"no\""
    """
    return f'"{text.translate(_ESCAPES)}"'


def literal(value: Scalar) -> str:
    """A value as a literal; times are microseconds."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(microseconds(value) if isinstance(value, datetime) else value)


def listed(values: Iterable[Scalar]) -> str:
    """Values as a list of literals."""
    return f"[{', '.join(map(literal, values))}]"


def microseconds(time: datetime) -> int:
    """A time as the microseconds since 1970, exactly."""
    return (time - _EPOCH) // _MICROSECOND


def time_of(microseconds: int) -> datetime:
    """The time, in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)
