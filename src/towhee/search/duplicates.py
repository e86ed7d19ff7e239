"""Vectors that are nearly the same, in groups."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.metric import (
    Metric,
    as_vectors,
    lengths_of,
    metric_named,
    row_blocks,
    unit_length,
)
from towhee.search.range_scan import QUERIES, pair_costs, pairs_within, rounding

_PAIRS = 2**16  # that are joined at once: of copies, most then need no comparison

Places = npt.NDArray[np.int64]


def near_duplicates(
    vectors: Any,
    threshold: float,
    metric: str = "cosine",
    keys: Sequence[Any] | None = None,
) -> list[list[Any]]:
    """The groups of vectors that are linked by pairs at least as near as a threshold.

    Two vectors are in one group if they are near enough, or if a chain of near pairs leads from
    the one to the other. All pairs are compared, in tiles: time grows with the square of the
    number of vectors, memory does not (200 MB besides a copy of the vectors).

    Args:
        vectors: ``(n, d)`` float32, or a sequence of ``n`` vectors.
        threshold: under ``"L2"`` the largest distance of a pair, otherwise the smallest score.
        metric: ``"cosine"``, ``"L2"`` or ``"IP"``.
        keys: the rows' keys; their positions if not given.

    Returns:
        Groups of two keys and more, in the order of the rows; the groups in the order of their
        first.

    Raises:
        UsageError: for a threshold that is no number, or keys of another number.
        DataError: for NaN, infinity, or a zero vector under cosine.

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.01], [0.0, 3.0]])
        >>> near_duplicates(vectors, 0.99, keys=["a", "b", "a copy", "b copy"])
        [['a', 'a copy'], ['b', 'b copy']]
    """
    measure = metric_named(metric)
    data = as_vectors(vectors, "data")
    names = range(len(data)) if keys is None else keys
    if len(names) != len(data):
        raise UsageError(f"{len(names)} keys were given for {len(data)} vectors")
    if not isinstance(threshold, (int, float)) or not math.isfinite(threshold):
        raise UsageError(f"a threshold is a finite number, not {threshold!r}")
    if measure == "L2" and threshold < 0:
        raise UsageError(f"a distance is at least 0; the threshold is {threshold!r}")
    if measure == "cosine":
        data = unit_length(data, "data")
    limit = threshold**2 if measure == "L2" else -float(threshold)
    groups: dict[Hashable, list[Any]] = {}
    for place, first in enumerate(_groups(data, limit, measure).tolist()):
        groups.setdefault(first, []).append(names[place])
    return [group for group in groups.values() if len(group) > 1]


def _groups(data: Any, limit: float, metric: Metric) -> Places:
    """For each row the first row of its group, ``(n,) int64``."""
    group = np.arange(len(data))
    lengths = lengths_of(data)
    longest = float(lengths.max(initial=0.0))
    for block in row_blocks(len(data), QUERIES):
        asked = data[block]
        exact = asked.astype(np.float64)
        off = rounding(lengths[block], longest, data.shape[1], metric)
        rest = data[block.start :]  # those in front were compared as queries
        bound = limit + float(off.max(initial=0.0))
        for asking, places in pairs_within(asked, rest, bound, metric):
            for part in row_blocks(len(asking), _PAIRS):
                rows, other = asking[part], places[part] + block.start
                is_new = group[rows + block.start] != group[other]  # others led there before
                rows, other = rows[is_new], other[is_new]
                is_near = pair_costs(exact, data, rows, other, metric) <= limit
                _join(group, rows[is_near] + block.start, other[is_near])
    return group


def _join(group: Places, one: Places, other: Places) -> None:
    """Make the groups of each pair one, which bears the number of the smallest, in place.

    Each round gives every group the smallest number that it is linked to, and then lets all
    follow such links to their end.
    """
    while True:
        left, right = group[one], group[other]
        apart = left != right
        if not apart.any():
            return
        one, other, left, right = one[apart], other[apart], left[apart], right[apart]
        follows = np.arange(len(group))
        np.minimum.at(follows, np.maximum(left, right), np.minimum(left, right))
        while not np.array_equal(follows, follows[follows]):
            follows = follows[follows]
        group[:] = follows[group]
