"""Whether what belongs to a value is the nearest to it: ranks of the matches of pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.metric import as_vectors
from towhee.trainer.metrics.neighbours import directions

_BLOCK = 2**24
"""Cosines that are in memory at once."""


Places = list[npt.NDArray[np.int64]]


def match_ranks(
    anchors: Any, gallery: Any, matches: Places, left_out: Places | None = None
) -> npt.NDArray[np.int64]:
    """The rank of each anchor's best match among a gallery, by cosine, counted from 1.

    What is as near as the match stands in front of it, so that vectors that are all alike find
    nothing.

    Args:
        anchors: ``(n, d)``.
        gallery: ``(m, d)``.
        matches: for each anchor the places in the gallery that belong to it, one at least.
        left_out: for each anchor the places that are not searched for it, such as its own.

    Returns:
        ``(n,) int64``.

    Raises:
        UsageError: for numbers that do not fit each other.

    Example:
        >>> match_ranks([[1, 0], [0, 1]], [[1, 0.1], [1, 0.2]], [np.array([0]), np.array([0])])
        array([1, 2])
    """
    ours = directions(as_vectors(anchors, "anchors"))
    theirs = directions(as_vectors(gallery, "gallery"))
    if len(ours) != len(matches) or ours.shape[1] != theirs.shape[1]:
        raise UsageError(
            f"there are {len(ours)} anchors of length {ours.shape[1]}, {len(matches)} lists of "
            f"their matches, and a gallery of length {theirs.shape[1]}"
        )
    ranks = np.empty(len(ours), np.int64)
    rows = max(1, _BLOCK // max(1, len(theirs)))
    for start in range(0, len(ours), rows):
        cosines = ours[start : start + rows] @ theirs.T
        for row, of_anchor in enumerate(cosines):
            own = matches[start + row]
            nearest = of_anchor[own].max()
            if left_out is not None:
                own = np.concatenate([own, left_out[start + row]])
            others = np.delete(of_anchor, own)
            ranks[start + row] = 1 + int((others >= nearest).sum())
    return ranks


def mean_reciprocal_rank(first: Any, second: Any, matches: Any = None) -> float:
    """The mean of 1 / rank at which the match of each row stands, 0 to 1.

    Args:
        first: ``(n, d)``.
        second: ``(m, d)``, which are searched.
        matches: for each row of ``first`` the rows of ``second`` that belong to it; its own row
            if ``None``.

    Example:
        >>> mean_reciprocal_rank([[1, 0], [0, 1]], [[1, 0], [0, 1]])
        1.0
    """
    return float(np.mean(1 / match_ranks(first, second, _own(first, matches))))


def _own(first: Any, matches: Any) -> Places:
    if matches is None:
        return [np.array([row]) for row in range(len(first))]
    return [np.atleast_1d(np.asarray(each, np.int64)) for each in matches]
