"""Units put together to pieces of a given size, and pieces that end where a text has a break."""

from __future__ import annotations

import re
from collections.abc import Sequence

from towhee.operators.text_splitter.units import SENTENCE_END

_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), SENTENCE_END, re.compile(r"\s+"))
"""Between paragraphs, lines, sentences, and words."""

Span = tuple[int, int]


def packed(sizes: Sequence[int], chunk_size: int, overlap: int) -> list[Span]:
    """Runs of units, first and last but one, that together hold all of them.

    A run has the size ``chunk_size`` at most, and begins with as many of the last units of the run
    in front of it as have the size ``overlap`` at most. A unit that is larger is a run of its own.

    Args:
        sizes: of the units.
        chunk_size: above ``overlap``.
        overlap: from 0.

    Example:
        >>> packed([1, 1, 1, 1, 1], 3, 1)
        [(0, 3), (2, 5)]
        >>> packed([2, 9, 2, 2], 4, 2)
        [(0, 1), (1, 2), (2, 4)]
    """
    runs: list[Span] = []
    start = end = 0
    while end < len(sizes):
        size = sum(sizes[start:end])
        while end < len(sizes) and (size + sizes[end] <= chunk_size or end == start):
            size += sizes[end]
            end += 1
        runs.append((start, end))
        start = end
        repeated = 0
        while start > runs[-1][0] + 1 and repeated + sizes[start - 1] <= overlap:
            start -= 1
            repeated += sizes[start]
        while end < len(sizes) and start < end and repeated + sizes[end] > chunk_size:
            repeated -= sizes[start]
            start += 1
    return runs


def passages(text: str, chunk_size: int, overlap: int) -> list[Span]:
    """Pieces of ``chunk_size`` characters at most, each of which ends at a break of the text.

    The break is the last one between paragraphs if there is one, else between lines, sentences, or
    words, and else the piece is cut where it is full. Each begins with the last ``overlap``
    characters of the piece in front of it.

    Example:
        >>> text = "One. Two three."
        >>> [text[start:end] for start, end in passages(text, 8, 0)]
        ['One. ', 'Two ', 'three.']
    """
    spans: list[Span] = []
    start = 0
    while start + chunk_size < len(text):
        # What is repeated does not count: a piece always says something new.
        end = _last_break(text, start + overlap + 1, start + chunk_size)
        spans.append((start, end))
        start = end - overlap
    spans.append((start, len(text)))
    return spans


def _last_break(text: str, earliest: int, latest: int) -> int:
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(text, earliest - 1, latest)]
        if ends and ends[-1] >= earliest:
            return ends[-1]
    return latest
