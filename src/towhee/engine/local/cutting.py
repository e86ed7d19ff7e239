"""Where to cut rows that are sorted by length, so that their batches cost least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np


def cut(lengths: Sequence[int], most: int, call: int) -> Iterator[tuple[int, int]]:
    """The batches of rows that are sorted by length, the longest first.

    A batch is as wide as its longest row, so many short ones in it cost as much as long ones; a
    batch of their own costs a call. Of all ways to cut, the cheapest is found.

    Args:
        lengths: of the rows; none is longer than the one in front of it.
        most: what a batch may cost, its rows times the longest; a single row may cost more.
        call: what a call costs beside that, in the same units.

    Yields:
        The place of the first row of each batch, and the one behind its last.

    Example:
        >>> list(cut([9, 9, 9, 2, 2], most=100, call=5))
        [(0, 3), (3, 5)]
        >>> list(cut([9, 9, 9, 8, 8], most=100, call=5))
        [(0, 5)]

    Source: the shortest path through the cuts, by dynamic programming, as for the line breaks of
    Knuth and Plass, "Breaking Paragraphs into Lines", 1981.
    """
    if not len(lengths):
        return
    wide = np.maximum(np.asarray(lengths, np.int64), 1)
    # Rows of one length are only parted where a batch is full.
    starts = np.flatnonzero(np.diff(wide, prepend=0))
    ends = [*starts[1:], len(wide)]
    widest = wide[starts]
    rows_of_a_batch = np.maximum(most // widest, 1)
    cheapest = np.zeros(len(starts) + 1)  # cost of all rows in front of each cut
    came_from = np.zeros(len(starts) + 1, np.int64)
    for number, end in enumerate(ends, 1):
        rows = end - starts[:number]
        calls = -(-rows // rows_of_a_batch[:number])
        costs = cheapest[:number] + widest[:number] * rows + call * calls
        came_from[number] = best = int(np.argmin(costs))
        cheapest[number] = costs[best]
    groups = []
    number = len(starts)
    while number:
        groups.append((came_from[number], number))
        number = came_from[number]
    for first, behind in reversed(groups):
        end, step = ends[behind - 1], int(rows_of_a_batch[first])
        for start in range(starts[first], end, step):
            yield int(start), int(min(start + step, end))
