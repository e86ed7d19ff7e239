r"""Patterns of ``like``: ``%`` stands for any characters, ``_`` for one, ``\`` for neither."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from towhee.errors import UsageError, one_line


class Wildcard(Enum):
    """What stands for characters that are not named."""

    ANY = "%"  # any number of characters, none too
    ONE = "_"  # exactly one, a line break too


def pattern_parts(pattern: str) -> tuple[str | Wildcard, ...]:
    r"""The pattern as texts and wildcards, escapes resolved; for those that translate it.

    No text is empty, no two stand side by side, and neither do two of ``Wildcard.ANY``.

    Raises:
        UsageError: if the last backslash escapes nothing.

    Example:
        >>> pattern_parts(r"100\% %")
        ('100% ', <Wildcard.ANY: '%'>)
    """
    parts: list[str | Wildcard] = []
    characters = iter(pattern)
    for character in characters:
        part: str | Wildcard = character
        if character == "\\":
            escaped = next(characters, None)
            if escaped is None:
                raise UsageError(
                    f"the backslash at the end of the pattern {one_line(pattern, 60)!r} escapes "
                    "nothing; for itself, write it twice"
                )
            part = escaped
        elif character in "%_":
            part = Wildcard(character)
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part is not Wildcard.ANY or parts[-1:] != [Wildcard.ANY]:
            parts.append(part)
    return tuple(parts)


def is_like(text: str, pattern: str) -> bool:
    r"""Whether the whole text fits the pattern, without backtracking.

    Example:
        >>> is_like("a%b", r"a\%_"), is_like("axb", r"a\%_")
        (True, False)
    """
    (first, length), *others = _pieces(pattern)
    if not first.match(text):
        return False
    if not others:
        return len(text) == length
    *middle, (last, last_length) = others
    # Between two wildcards, the first place that fits is as good as any later one.
    for piece, _ in middle:
        match = piece.search(text, length)
        if match is None:
            return False
        length = match.end()
    end = len(text) - last_length
    return end >= length and last.match(text, end) is not None


@lru_cache(maxsize=256)
def _pieces(pattern: str) -> tuple[tuple[re.Pattern[str], int], ...]:
    """What stands between the ``Wildcard.ANY``: expressions of fixed length, and that length."""
    pieces: list[tuple[str, int]] = [("", 0)]
    for part in pattern_parts(pattern):
        expression, length = pieces[-1]
        if part is Wildcard.ANY:
            pieces.append(("", 0))
        elif isinstance(part, str):
            pieces[-1] = expression + re.escape(part), length + len(part)
        else:
            pieces[-1] = f"{expression}.", length + 1
    return tuple((re.compile(expression, re.DOTALL), length) for expression, length in pieces)
