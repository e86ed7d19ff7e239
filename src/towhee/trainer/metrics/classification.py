"""How well classes are named: accuracy, F1, the confusion matrix, cross-entropy.

Samples whose label is negative have none, and are left out of every measure.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.trainer.metrics.labels import Labels, as_labels, labelled, same_number

Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
_ROWS = 65536  # of logits whose exponentials are held at once


def predictions_of(logits: Any) -> Labels:
    """The class of the largest logit of each row.

    Args:
        logits: ``(n, classes)``, or a row of ``n`` classes, which is handed back.

    Returns:
        ``(n,) int64``.

    Raises:
        UsageError: for an array of another shape.
        DataError: for NaN.

    Example:
        >>> predictions_of([[0.1, 2.0], [3.0, -1.0]]).tolist()
        [1, 0]
    """
    array = np.asarray(logits)
    if array.ndim == 1:
        return as_labels(array, "predictions")
    if array.ndim != 2 or not array.shape[1]:
        raise UsageError(f"logits are (n, classes), not an array of shape {array.shape}")
    has_nan = np.isnan(array).any(axis=1)
    if has_nan.any():
        raise DataError(f"logits, row {int(has_nan.argmax())}: NaN names no class")
    named: Labels = array.argmax(axis=1).astype(np.int64)
    return named


def accuracy(predictions: Any, labels: Any) -> float:
    """The share of samples whose class is named rightly.

    Args:
        predictions: ``(n,)`` classes, or ``(n, classes)`` logits.
        labels: ``(n,)``.

    Example:
        >>> accuracy([0, 1, 1, 2], [0, 1, 2, 2])
        0.75
    """
    named, true = _compared(predictions, labels)
    return float((named == true).mean())


def confusion_matrix(predictions: Any, labels: Any, classes: int | None = None) -> Counts:
    """How often samples of each class were taken for each class.

    Args:
        predictions: ``(n,)`` classes, or ``(n, classes)`` logits.
        labels: ``(n,)``.
        classes: how many there are; one more than the largest number seen, if not given.

    Returns:
        ``(classes, classes) int64``: a row for each true class, a column for each named one.

    Raises:
        UsageError: if a class lies beyond ``classes``.

    Example:
        >>> confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1]).tolist()
        [[1, 1], [0, 2]]
    """
    named, true = _compared(predictions, labels)
    largest = int(max(named.max(), true.max()))
    count = largest + 1 if classes is None else classes
    if largest >= count:
        raise UsageError(f"class {largest} is beyond the last of {count} classes, {count - 1}")
    counts: Counts = np.bincount(true * count + named, minlength=count * count).astype(np.int64)
    return counts.reshape(count, count)


def f1(
    predictions: Any, labels: Any, average: Literal["macro", "micro", "weighted"] = "macro"
) -> float:
    """The harmonic mean of precision and recall.

    Args:
        predictions: ``(n,)`` classes, or ``(n, classes)`` logits.
        labels: ``(n,)``.
        average: ``"macro"`` means over the classes that occur in either (as scikit-learn does;
            one never named rightly counts as 0), ``"weighted"`` counts each by its samples,
            ``"micro"`` counts all samples alike and is the accuracy, as each has one class.

    Example:
        >>> round(f1([0, 1, 1, 1], [0, 0, 1, 1]), 4)
        0.7333
    """
    if average not in ("macro", "micro", "weighted"):
        raise UnknownNameError("average", str(average), ("macro", "micro", "weighted"))
    if average == "micro":
        return accuracy(predictions, labels)
    named, true = _compared(predictions, labels)
    classes = int(max(named.max(), true.max())) + 1
    support, taken = np.bincount(true, minlength=classes), np.bincount(named, minlength=classes)
    of_class = _f1(np.bincount(true[named == true], minlength=classes), support + taken)
    if average == "weighted":
        return float((of_class * support).sum() / support.sum())
    return float(of_class[support + taken > 0].mean())


def f1_by_class(counts: Counts) -> Numbers:
    """Of a confusion matrix: the F1 of each class, 0 for one that does not occur.

    Example:
        >>> f1_by_class(np.array([[1, 1], [0, 2]])).round(4).tolist()
        [0.6667, 0.8]
    """
    return _f1(np.diagonal(counts), counts.sum(axis=0) + counts.sum(axis=1))


def cross_entropy(logits: Any, labels: Any) -> float:
    """The mean of minus the logarithm of the probability that the true class is given, in nats.

    Args:
        logits: ``(n, classes)``, before the softmax.
        labels: ``(n,)``.

    Example:
        >>> round(cross_entropy([[0.0, 0.0]], [1]), 4)  # the logarithm of 2
        0.6931
    """
    array = np.asarray(logits)
    if array.ndim != 2:
        raise UsageError(f"logits are (n, classes), not an array of shape {array.shape}")
    true = as_labels(labels)
    same_number(array, true, "logits and labels")
    if len(true) and true.max() >= array.shape[1]:
        raise UsageError(f"class {true.max()} has no logit: there are {array.shape[1]}")
    rows = np.flatnonzero(labelled(true))
    total = 0.0
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        block = array[some].astype(np.float64)
        block -= block.max(axis=1, keepdims=True)
        of_true = block[np.arange(len(some)), true[some]]
        total += float((np.log(np.exp(block).sum(axis=1)) - of_true).sum())
    return total / len(rows)


def majority_share(labels: Any) -> float:
    """What always naming the most frequent class would reach as accuracy.

    Example:
        >>> majority_share([0, 0, 0, 1])
        0.75
    """
    true = as_labels(labels)
    return float(np.bincount(true[labelled(true)]).max() / labelled(true).sum())


def _f1(right: Counts, true_and_named: Counts) -> Numbers:
    scores: Numbers = np.zeros(len(right))
    np.divide(2.0 * right, true_and_named, out=scores, where=true_and_named > 0)
    return scores


def _compared(predictions: Any, labels: Any) -> tuple[Labels, Labels]:
    """The named and the true classes of the samples that have a label."""
    named, true = predictions_of(predictions), as_labels(labels)
    same_number(named, true, "predictions and labels")
    is_labelled = labelled(true)
    named, true = named[is_labelled], true[is_labelled]
    if named.min() < 0:
        raise UsageError(f"a prediction is the number of a class, not {named.min()}")
    return named, true
