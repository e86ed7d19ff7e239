"""The best paths through a matrix, each step of which goes forward in rows and in columns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_REACH = 3  # a path may leap over two rows or columns that do not match
_STEPS = [
    (down, right)
    for down in range(1, _REACH + 1)
    for right in range(1, _REACH + 1)
    if max(down, right) <= 2 * min(down, right)  # half to double the speed
]
_DETOUR = 0.1  # the price of a row or column more than the other, so that time goes evenly
_LEAST_CELLS = 3


def best_paths(gains: Floats, count: int) -> Iterator[npt.NDArray[np.int64]]:
    """The paths that gather most, which do not share both rows and columns, best first.

    It is local alignment (Smith and Waterman) with steps over both sequences.

    Args:
        gains: ``(n, m)``, what a path gathers in each cell; a cell that should not be on one is
            below zero.
        count: the most paths.

    Yields:
        ``(length, 2)``: rows and columns of the cells of a path, ascending in both.
    """
    gains = gains.astype(np.float32)
    for _ in range(count):
        totals, came_by = _gathered(gains)
        end = np.unravel_index(int(totals.argmax()), totals.shape)
        if totals[end] <= 0:
            return
        path = _walked_back(came_by, (int(end[0]), int(end[1])))
        (top, left), (bottom, right) = path[0], path[-1]
        gains[top : bottom + 1, left : right + 1] = -np.inf
        if len(path) >= _LEAST_CELLS:
            yield path


def _gathered(gains: Floats) -> tuple[Floats, npt.NDArray[np.int8]]:
    """The most that a path ending in each cell gathers, and the step that led there; -1 for none.

    Both without the margin in which paths begin.
    """
    rows, columns = gains.shape
    totals = np.zeros((rows + _REACH, columns + _REACH), np.float32)
    came_by = np.full((rows, columns), -1, np.int8)
    for row in range(rows):
        best = np.zeros(columns, np.float32)
        for number, (down, right) in enumerate(_STEPS):
            start = _REACH - right
            before = totals[row + _REACH - down, start : start + columns]
            reached = before - _DETOUR * abs(down - right)
            is_better = reached > best
            best[is_better] = reached[is_better]
            came_by[row, is_better] = number
        totals[row + _REACH, _REACH:] = np.maximum(best + gains[row], 0)
    return totals[_REACH:, _REACH:], came_by


def _walked_back(came_by: npt.NDArray[np.int8], end: tuple[int, int]) -> npt.NDArray[np.int64]:
    """The path that ends in a cell."""
    cells = [end]
    while (step := int(came_by[cells[-1]])) >= 0:
        down, right = _STEPS[step]
        cells.append((cells[-1][0] - down, cells[-1][1] - right))
    return np.array(cells[::-1], np.int64)
