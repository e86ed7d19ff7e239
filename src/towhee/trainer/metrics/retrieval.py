"""How well neighbours share a class: kNN accuracy, recall@k, R-precision, MAP@R.

Neighbours are ranked by cosine. Without a gallery each sample is searched for among all others
(leave one out). ``gallery`` is a pair: embeddings ``(m, d)`` and their labels ``(m,)``. Samples
whose label is negative have none, and are left out on both sides. A sample of whose class there is
no other has nothing to find: retrieval measures leave it out, as `pytorch-metric-learning
<https://kevinmusgrave.github.io/pytorch-metric-learning/accuracy_calculation/>`_ does, and raise
``UsageError`` if that is all of them; the accuracy of a classifier counts it as wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.trainer.metrics.labels import Labels
from towhee.trainer.metrics.neighbours import Labelled, labelled_embeddings, ranked

_TEMPERATURE = 0.07


def knn_predictions(
    embeddings: Any,
    labels: Any,
    gallery: tuple[Any, Any] | None = None,
    k: int = 10,
    weighted: bool = False,
) -> Labels:
    """The class that most of the nearest ``k`` have; among equals that of the nearest.

    Args:
        embeddings: ``(n, d)``.
        labels: ``(n,)``, those of the neighbours where there is no gallery.
        gallery: embeddings and labels to search in; all others if not given.
        k: how many neighbours vote; all there are, if they are fewer.
        weighted: each votes with ``exp(cosine / 0.07)``, as in Wu et al., "Unsupervised Feature
            Learning via Non-Parametric Instance Discrimination", CVPR 2018
            (https://arxiv.org/abs/1805.01978).

    Returns:
        ``(n,) int64``, of the samples that have a label.
    """
    return _votes(labelled_embeddings(embeddings, labels, gallery), checked_k(k), weighted)


def knn_accuracy(
    embeddings: Any,
    labels: Any,
    gallery: tuple[Any, Any] | None = None,
    k: int = 10,
    weighted: bool = False,
) -> float:
    """The share of samples whose class the nearest ``k`` name rightly; as `knn_predictions`.

    Example:
        >>> knn_accuracy([[1, 0], [2, 0.1], [0, 1], [0.1, 3]], [0, 0, 1, 1], k=1)
        1.0
    """
    data = labelled_embeddings(embeddings, labels, gallery)
    return float((_votes(data, checked_k(k), weighted) == data.labels).mean())


def recall_at_k(
    embeddings: Any, labels: Any, k: int = 1, gallery: tuple[Any, Any] | None = None
) -> float:
    """The share of samples with at least one of their class among the nearest ``k``.

    This is what metric learning calls recall@k (Jégou et al., 2011; Oh Song et al., CVPR 2016,
    https://arxiv.org/abs/1511.06452), and information retrieval the hit ratio.

    Args:
        embeddings: ``(n, d)``.
        labels: ``(n,)``.
        k: at least 1.
        gallery: embeddings and labels to search in; all others if not given.

    Example:
        >>> recall_at_k([[1, 0], [2, 0.1], [0, 1], [0.1, 3]], [0, 1, 1, 1], k=1)
        0.6666666666666666
    """
    return recalls(embeddings, labels, (k,), gallery)[k]


def recalls(
    embeddings: Any, labels: Any, ks: Iterable[int], gallery: tuple[Any, Any] | None = None
) -> dict[int, float]:
    """`recall_at_k` for several ``k`` in one pass."""
    numbers = sorted({checked_k(k) for k in ks})
    if not numbers:
        raise UsageError("ks names at least one number of neighbours, such as (1, 5, 10)")
    data = labelled_embeddings(embeddings, labels, gallery)
    asked = np.where(_with_relevant(data) > 0, min(numbers[-1], data.available), 0)
    firsts = [
        np.where(is_match.any(axis=1), is_match.argmax(axis=1), numbers[-1])
        for _, is_match in _matches(data, asked)
    ]
    ranks = np.concatenate(firsts)
    return {k: float((ranks < k).mean()) for k in numbers}


def map_at_r(embeddings: Any, labels: Any, gallery: tuple[Any, Any] | None = None) -> float:
    """Mean average precision over the nearest R, where R others have the class of the sample.

    For each of the R nearest that has the class, the precision up to it is taken; their sum over
    R, in the mean over samples. Musgrave, Belongie and Lim, "A Metric Learning Reality Check",
    ECCV 2020, section 3.2 (https://arxiv.org/abs/2003.08505).

    Args:
        embeddings: ``(n, d)``.
        labels: ``(n,)``.
        gallery: embeddings and labels to search in; all others if not given.

    Example:
        >>> map_at_r([[1, 0], [2, 0.1], [0, 1], [0.1, 3]], [0, 0, 1, 1])
        1.0
    """
    data = labelled_embeddings(embeddings, labels, gallery)
    relevant = _with_relevant(data)
    total, counted = 0.0, 0
    for rows, is_match in _matches(data, relevant):
        precision = is_match.cumsum(axis=1) / np.arange(1, is_match.shape[1] + 1)
        total += float(((precision * is_match).sum(axis=1) / relevant[rows]).sum())
        counted += len(rows)
    return total / counted


def r_precision(embeddings: Any, labels: Any, gallery: tuple[Any, Any] | None = None) -> float:
    """The share of a sample's class among its nearest R, where R others have it; in the mean.

    Args:
        embeddings: ``(n, d)``.
        labels: ``(n,)``.
        gallery: embeddings and labels to search in; all others if not given.

    Example:
        >>> r_precision([[1, 0], [2, 0.1], [0, 1], [0.1, 3]], [0, 0, 1, 1])
        1.0
    """
    data = labelled_embeddings(embeddings, labels, gallery)
    relevant = _with_relevant(data)
    shares = [is_match.sum(axis=1) / relevant[rows] for rows, is_match in _matches(data, relevant)]
    return float(np.concatenate(shares).mean())


def checked_k(k: int) -> int:
    """It, if it is a number of neighbours.

    Raises:
        UsageError: if it is not.
    """
    if isinstance(k, int) and not isinstance(k, bool) and k >= 1:
        return k
    raise UsageError(f"k is a whole number of at least 1, not {k!r}")


def _votes(data: Labelled, k: int, weighted: bool) -> Labels:
    known, numbered = np.unique(data.gallery_labels, return_inverse=True)
    named = np.empty(len(data.queries), np.int64)
    asked = np.full(len(data.queries), min(k, data.available), np.int64)
    for rows, places, cosines in ranked(data, asked):
        classes = numbered[places]
        weights = np.exp(cosines / np.float64(_TEMPERATURE)) if weighted else np.ones(places.shape)
        cells = np.arange(len(rows))[:, None] * len(known) + classes
        votes = np.bincount(cells.ravel(), weights.ravel(), len(rows) * len(known))
        of_neighbour = np.take_along_axis(votes.reshape(len(rows), -1), classes, axis=1)
        first = (of_neighbour == of_neighbour.max(axis=1, keepdims=True)).argmax(axis=1)
        named[rows] = known[classes[np.arange(len(rows)), first]]
    return named


def _with_relevant(data: Labelled) -> Labels:
    relevant = data.relevant()
    if not relevant.any():
        raise UsageError(
            f"none of {len(relevant)} samples shares its class with another one to be found; "
            "retrieval is measured with at least two samples of a class"
        )
    return relevant


def _matches(
    data: Labelled, counts: Labels
) -> Iterable[tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]]:
    """For blocks of queries, whether each neighbour asked for has the query's class."""
    for rows, places, _ in ranked(data, counts):
        is_match = data.gallery_labels[places] == data.labels[rows][:, None]
        is_match &= np.arange(places.shape[1]) < counts[rows][:, None]
        yield rows, is_match
