"""Where the units of a text begin: its sentences, its sections, its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_QUOTES = r"\"'\u201c\u2018"  # that open, and below that close, in the scripts that have them
_CLOSING = r"\"'\u201d\u2019\u00bb)\]"
_WIDE_STOPS, _WIDE_CLOSING = r"\u3002\uff01\uff1f", r"\u300d\u300f\u201d\u2019"

SENTENCE_END = re.compile(
    rf"[.!?\u2026]+[{_CLOSING}]*\s+|[{_WIDE_STOPS}]+[{_WIDE_CLOSING}]*\s*|\n\s*\n\s*"
)
_ABBREVIATION = re.compile(
    rf"(?:^|[\s({_QUOTES}])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]|"
    r"Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|cf|al|Fig|Eq|No|Vol|pp|approx|Inc|Ltd|Co|bzw|ca|Nr)\.$"
)
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")


def sentence_starts(text: str) -> list[int]:
    """Where sentences begin: behind full stops and blank lines, not behind abbreviations.

    Example:
        >>> sentence_starts("Dr. A. Towhee sings. It is heard.")
        [0, 21]
    """
    starts = [0]
    for found in SENTENCE_END.finditer(text):
        mark, following = found.group(), text[found.end() : found.end() + 1]
        is_stop = mark.lstrip().startswith((".", "…"))
        # A full stop in front of a small letter, or behind an initial, ends no sentence.
        if is_stop and (following.islower() or _is_abbreviation(text, found)):
            continue
        starts.append(found.end())
    return _within(starts, text)


def section_starts(text: str) -> list[int]:
    """Where sections of Markdown begin: at headings with ``#`` outside of fenced code.

    Example:
        >>> section_starts("# Birds\\nThey fly.\\n## Towhees\\nThey scratch.\\n")
        [0, 18]
    """
    starts = [0]
    fence: str | None = None
    for start, line in _lines(text):
        marks = _FENCE.match(line)
        if marks and fence is None:
            fence = marks.group(1)
        elif marks and fence is not None:
            if marks.group(1).startswith(fence) and not line[marks.end() :].strip():
                fence = None
        elif fence is None and _HEADING.match(line):
            starts.append(start)
    return _within(starts, text)


def token_starts(offsets: Sequence[tuple[int, int]], text: str) -> tuple[list[int], list[int]]:
    """Where the tokens of a text begin, and how many begin there.

    Bytes of one character may be tokens of their own, which cannot be told apart in the text.

    Args:
        offsets: first and last but one character of each token, as a tokenizer gives them.
        text: the text.
    """
    starts, counts = [0], [0]
    for first, _ in offsets:
        if counts[-1] and first > starts[-1]:
            starts.append(first)
            counts.append(0)
        counts[-1] += 1
    return _within(starts, text), counts


def _is_abbreviation(text: str, found: re.Match[str]) -> bool:
    return _ABBREVIATION.search(text, max(0, found.start() - 24), found.start() + 1) is not None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, line
        start += len(line)


def _within(starts: list[int], text: str) -> list[int]:
    """The starts in front of the end of the text, each once."""
    return sorted({start for start in starts if start < len(text)})
