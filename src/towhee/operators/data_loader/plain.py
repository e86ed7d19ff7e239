"""Bytes to text."""

from __future__ import annotations

import codecs

from towhee.errors import DataError, UsageError
from towhee.operators.base import short

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What a file may begin with to say its encoding; those of 32 bits begin as those of 16 do."""


def plain_text(content: bytes, name: str, *, encoding: str | None = None) -> str:
    """The text, with ``\\n`` at the end of each line.

    Args:
        content: of the file.
        name: what messages call it.
        encoding: of its characters; UTF-8, or what its first bytes say, if not given.

    Raises:
        DataError: if it is in another encoding, or no text at all.
    """
    chosen = encoding or next((each for mark, each in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(chosen)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name} is no text in {chosen} (byte {error.start} is {content[error.start]:#04x}): "
            'pass the encoding that it has, as encoding="latin-1", or it is no text at all'
        ) from error
    if "\x00" in text:
        raise DataError(
            f"{name} holds NUL characters, as no text does; check what kind of file it is"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_encoding(encoding: str | None) -> None:
    """Raise ``UsageError`` unless Python can make text with the encoding, or it is ``None``."""
    if encoding is None:
        return
    try:
        "a".encode(encoding)
    except (LookupError, TypeError, ValueError) as error:
        raise UsageError(
            f"there is no encoding {short(encoding)}, as utf-8 or latin-1 is one"
        ) from error
