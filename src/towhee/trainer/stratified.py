"""Choose samples so that each class keeps its share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError

Labels = npt.NDArray[np.int64]


def stratified_sample(
    labels: Labels, size: int, seed: int = 0, *, leave_one: bool = False
) -> npt.NDArray[np.int64]:
    """Choose so many places, of each class in proportion to its share.

    The shares are rounded by the method of largest remainders. Where there is room, each class
    has at least one place.

    Args:
        labels: ``(n,) int64``; samples of one number are a class, those of ``-1`` too.
        size: how many, from 1 to ``n``.
        seed: the same seed chooses the same places.
        leave_one: of classes of two samples and more leave at least one, as far as ``size`` can
            be reached so.

    Returns:
        Places ``(size,) int64``, ascending.

    Raises:
        UsageError: if ``size`` is not from 1 to ``n``.

    Example:
        >>> labels = np.repeat([0, 1], [90, 10])
        >>> np.bincount(labels[stratified_sample(labels, 20)]).tolist()
        [18, 2]
    """
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
        raise UsageError(f"a sample's size is a whole number of 1 and more, not {size!r}")
    if size > len(labels):
        raise UsageError(f"a sample of {size} was asked for, but there are {len(labels)} samples")
    random = np.random.default_rng(seed)
    _, of_class, counts = np.unique(labels, return_inverse=True, return_counts=True)
    takes = _shares(counts, size, leave_one)
    shuffled = random.permutation(len(labels))
    order = shuffled[np.argsort(of_class[shuffled], kind="stable")]  # by class, shuffled within
    rank = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen: npt.NDArray[np.int64] = order[rank < np.repeat(takes, counts)]
    return np.sort(chosen)


def _shares(counts: npt.NDArray[np.int64], size: int, leave_one: bool) -> npt.NDArray[np.int64]:
    """How many of each class, which add up to ``size``."""
    exact = counts * (size / counts.sum())
    least = np.minimum(counts, 1) if size >= len(counts) else np.zeros_like(counts)
    most = counts - 1 if leave_one else counts
    if leave_one:
        least = np.minimum(least, most)  # a class of one sample stays where it is
        if most.sum() < size:
            most = counts
    takes: npt.NDArray[np.int64] = np.clip(np.floor(exact).astype(np.int64), least, most)
    while takes.sum() != size:  # at most one round for each class
        missing = size - takes.sum()
        is_open = takes < most if missing > 0 else takes > least
        lacking = np.where(is_open, (exact - takes) * np.sign(missing), -np.inf)
        chosen = np.argsort(-lacking, kind="stable")[: min(abs(missing), int(is_open.sum()))]
        takes[chosen] += np.sign(missing)
    return takes
