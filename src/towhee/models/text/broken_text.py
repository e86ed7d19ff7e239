"""Texts that no tokenizer takes."""

from __future__ import annotations

from towhee.errors import DataError


def broken_text() -> DataError:
    """The error for half of a surrogate pair, as reading with a wrong encoding leaves it."""
    return DataError(
        "the text holds half of a surrogate pair, which is no character: read it with the right "
        'encoding, or drop them by text.encode("utf-8", "ignore").decode()'
    )
