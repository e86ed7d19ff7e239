"""How well two views of the same samples agree: mutual information, rank correlation."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.search import kmeans
from towhee.search.metric import as_vectors
from towhee.trainer.metrics.labels import as_labels, labelled, same_number
from towhee.trainer.metrics.neighbours import directions

Numbers = npt.NDArray[np.float64]


def nmi(embeddings: Any, labels: Any, seed: int = 0) -> float:
    """How well clusters of the embeddings are the classes: 0 for not at all, 1 for exactly.

    k-means over the directions of the embeddings, with as many clusters as there are classes, and
    the normalised mutual information of clusters and classes.

    Args:
        embeddings: ``(n, d)``.
        labels: ``(n,)``; samples whose label is negative are left out.
        seed: of k-means.

    Example:
        >>> nmi([[1, 0], [2, 0.1], [0, 1], [0.1, 3]], [0, 0, 1, 1])
        1.0
    """
    vectors, true = as_vectors(embeddings, "embeddings"), as_labels(labels)
    same_number(vectors, true, "embeddings and labels")
    is_labelled = labelled(true)
    vectors, true = directions(vectors[is_labelled]), true[is_labelled]
    clusters = kmeans(vectors, len(np.unique(true)), seed=seed)
    return normalised_mutual_information(clusters.labels, true)


def normalised_mutual_information(first: Any, second: Any) -> float:
    """The mutual information of two labellings over the mean of their entropies, 0 to 1.

    Two labellings that each have one class alone agree, as in scikit-learn: 1.

    Args:
        first: ``(n,)`` whole numbers.
        second: ``(n,)`` whole numbers.

    Example:
        >>> normalised_mutual_information([0, 0, 1, 1], [5, 5, 3, 3])
        1.0
    """
    rows, columns = as_labels(first), as_labels(second)
    same_number(rows, columns, "labellings")
    if not len(rows):
        raise UsageError("there is nothing to compare: both labellings are empty")
    row, row_counts = np.unique(rows, return_inverse=True, return_counts=True)[1:]
    column, column_counts = np.unique(columns, return_inverse=True, return_counts=True)[1:]
    if len(row_counts) == len(column_counts) == 1:
        return 1.0
    cells, counts = np.unique(row * len(column_counts) + column, return_counts=True)
    joint = counts / len(rows)
    apart = row_counts[cells // len(column_counts)] * column_counts[cells % len(column_counts)]
    shared = float((joint * (np.log(joint) - np.log(apart) + 2 * np.log(len(rows)))).sum())
    mean = (_entropy(row_counts) + _entropy(column_counts)) / 2
    return min(1.0, max(0.0, shared / mean))


def spearman(scores: Any, targets: Any) -> float:
    """Rank correlation, -1 to 1: whether what has the larger target has the larger score.

    Equal values share the mean of their ranks. Where all scores are equal there is no order to
    agree with, and the value is 0.

    Args:
        scores: ``(n,)`` numbers, such as the cosines of pairs.
        targets: ``(n,)`` numbers, such as what people said of the same pairs.

    Raises:
        UsageError: for fewer than two, or unequal numbers of them.
        DataError: for NaN.

    Example:
        >>> spearman([0.1, 0.2, 0.9], [1, 2, 3])
        1.0
    """
    first, second = _numbers(scores, "scores"), _numbers(targets, "targets")
    same_number(first, second, "scores and targets")
    if len(first) < 2:
        raise UsageError(f"a correlation needs at least two pairs, not {len(first)}")
    ranks, others = _ranks(first), _ranks(second)
    ranks -= ranks.mean()
    others -= others.mean()
    spread = float(np.sqrt((ranks @ ranks) * (others @ others)))
    return min(1.0, max(-1.0, float(ranks @ others) / spread)) if spread else 0.0


def pair_cosines(first: Any, second: Any) -> Numbers:
    """The cosine of each row of one with the same row of the other, ``(n,) float64``.

    Example:
        >>> pair_cosines([[1, 0], [1, 1]], [[0, 2], [3, 3]]).round(3).tolist()
        [0.0, 1.0]
    """
    ours, theirs = as_vectors(first, "first embeddings"), as_vectors(second, "second embeddings")
    same_number(ours, theirs, "pairs of embeddings")
    if ours.shape != theirs.shape:
        raise UsageError(f"pairs have {ours.shape[1]} and {theirs.shape[1]} numbers")
    cosines: Numbers = np.einsum("ij,ij->i", directions(ours), directions(theirs), dtype=np.float64)
    return cosines


def _entropy(counts: npt.NDArray[np.int64]) -> float:
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _ranks(values: Numbers) -> Numbers:
    """The rank of each value, equal ones sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = counts.cumsum()
    ranks: Numbers = (ends - (counts - 1) / 2)[inverse]
    return ranks


def _numbers(values: Any, what: str) -> Numbers:
    array = np.asarray(values, np.float64)
    if array.ndim != 1:
        raise UsageError(f"{what} are a row of numbers, not an array of shape {array.shape}")
    is_nan = np.isnan(array)
    if is_nan.any():
        raise DataError(f"{what}, row {int(is_nan.argmax())}: NaN has no rank")
    return array
