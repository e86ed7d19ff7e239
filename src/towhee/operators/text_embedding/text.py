"""What an operator on texts accepts as a text."""

from __future__ import annotations

from towhee.errors import DataError
from towhee.operators.base import short


def as_text(value: object) -> str:
    """The value, if it is a text.

    Raises:
        DataError: if it is not.
    """
    if isinstance(value, str):
        return value
    raise DataError(f"a text is a str, not {type(value).__name__} ({short(value)})")
