"""A filter's text as words, numbers and signs, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from towhee.errors import UsageError

Kind = Literal["word", "name", "text", "integer", "float", "sign", "end"]

KEYWORDS = frozenset({"and", "or", "not", "in", "has", "like", "is", "null", "true", "false"})
WORD = re.compile(r"[^\W\d]\w*")
_TOKEN = re.compile(
    r"""
    (?P<word>[^\W\d]\w*)
    | (?P<name>`[^`]*(?:``[^`]*)*`)
    | (?P<text>"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')
    | (?P<float>[-+]?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+))
    | (?P<integer>[-+]?[0-9]+)
    | (?P<sign>==|!=|<=|>=|<(?!>)|>|\(|\)|\[|\]|,|\.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {**{c: c for c in "\"'\\/"}, "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_HINTS = {
    "=": "equality is written ==",
    "<": "inequality is written !=",
    "&": "write and",
    "|": "write or",
    "!": "write not, or != for inequality",
    '"': "the text that begins here has no end; close it with the same quote",
    "'": "the text that begins here has no end; close it with the same quote",
    "`": "the name that begins here has no end; close it with a backtick",
}
_SHOWN = 40  # characters of the filter that an error shows on either side


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign.

    Attributes:
        kind: ``word`` for bare names and keywords, ``name`` for one in backticks, ``end`` behind
            the last.
        value: what it stands for: a text without quotes and escapes, a name without backticks.
        place: the position of its first character in the filter.
    """

    kind: Kind
    value: str
    place: int

    @property
    def keyword(self) -> str:
        """The keyword in lower case, however it is written; empty for anything else."""
        word = self.value.lower() if self.kind == "word" else ""
        return word if word in KEYWORDS else ""

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= _SHOWN else f"{self.value[:_SHOWN]}…"
        return {"end": "the end", "text": f"the text {shown!r}"}.get(self.kind, shown)


def tokens_of(text: str) -> Iterator[Token]:
    """The tokens of a filter, one of kind ``end`` behind them.

    Raises:
        UsageError: for a character that begins none of them, a text without an end, an escape
            that does not exist, or what no store can hold: NUL and lone surrogates.
    """
    place = _skip_space(text, 0)
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            hint = _HINTS.get(text[place], "this begins no name, literal or operator")
            raise error_at(text, place, hint)
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # the groups bear the kinds
        value = match.group()
        if kind == "text":
            value = _unescaped(text, place, value[1:-1])
        elif kind == "name":
            value = value[1:-1].replace("``", "`")
        _check_unicode(text, place, value)
        yield Token(kind, value, place)
        place = _skip_space(text, match.end())
    yield Token("end", "", len(text))


def error_at(text: str, place: int, message: str) -> UsageError:
    """The error with its line and column and, below, that part of the filter with a caret."""
    begin = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    line, column = text.count("\n", 0, place) + 1, place - begin + 1
    where = f"line {line}, column {column}" if "\n" in text else f"column {column}"
    first, last = max(begin, place - _SHOWN), min(end, place + _SHOWN)
    before = "…" if first > begin else ""
    after = "…" if last < end else ""
    excerpt = "".join(c if c.isprintable() else " " for c in text[first:last])
    caret = " " * (len(before) + place - first) + "^"
    return UsageError(f"filter, {where}: {message}\n  {before}{excerpt}{after}\n  {caret}")


def _skip_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _unescaped(text: str, place: int, quoted: str) -> str:
    def character(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[2] not in _ESCAPED:
            hint = f"there is no escape \\{match[2]}; a backslash itself is written \\\\"
            raise error_at(text, place + 1 + match.start(), hint)
        return _ESCAPED[match[2]]

    if "\\" not in quoted:
        return quoted
    # JSON writes characters beyond the first 65,536 as two escapes, which are one in UTF-16.
    units = _ESCAPE.sub(character, quoted).encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "surrogatepass")


def _check_unicode(text: str, place: int, value: str) -> None:
    if "\0" in value:
        raise error_at(text, place, "no store can hold a NUL character, so nothing equals this")
    if _SURROGATE.search(value):
        raise error_at(text, place, "a lone surrogate is no character, so nothing equals this")
