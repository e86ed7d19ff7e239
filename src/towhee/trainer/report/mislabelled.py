"""Which samples most likely have the wrong label: confident learning.

Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR
70, 2021 (https://arxiv.org/abs/1911.00068). A sample counts for a class if its probability is at
least the mean of that class's probability over the samples that are labelled so; one that counts
for another class than its label says is a suspect. They are ranked by the normalised margin, as
the paper's "prune by noise rate" does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.trainer.metrics.labels import Labels, as_labels, labelled, same_number

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A sample whose label is probably wrong.

    Attributes:
        row: its position.
        label: the class that it is said to have.
        likely: the class that it more probably has.
        margin: the probability of the label less that of the likely class, -1 to 0; the smaller,
            the surer.
    """

    row: int
    label: int
    likely: int
    margin: float


def suspects(probabilities: Any, labels: Any, top: int = 30) -> list[Suspect]:
    """The samples whose label is most probably wrong, the surest first.

    Args:
        probabilities: ``(n, classes)``, of a model that has not seen the sample with its label:
            of cross-validation, or `held_out_probabilities`. One that was trained on them has
            learned their mistakes.
        labels: ``(n,)``; negative ones are passed over.
        top: the most to give.

    Raises:
        UsageError: for numbers that do not fit.
        DataError: for what is no probability.

    Example:
        >>> of_dogs = [[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.1, 0.9], [0.2, 0.8]]
        >>> suspects(of_dogs, [0, 0, 1, 1, 1])
        [Suspect(row=2, label=1, likely=0, margin=-0.8)]
    """
    given, true = _checked(probabilities, labels)
    likely = confident_classes(given, true)
    rows = np.flatnonzero((likely >= 0) & (likely != true) & (true >= 0))
    margins = given[rows, true[rows]] - given[rows, likely[rows]]
    order = np.argsort(margins, kind="stable")[:top]
    return [
        Suspect(int(rows[at]), int(true[rows[at]]), int(likely[rows[at]]), float(margins[at]))
        for at in order
    ]


def confident_classes(probabilities: Any, labels: Any) -> Labels:
    """The class that each sample counts for, ``(n,) int64``; -1 for none.

    Args:
        probabilities: ``(n, classes)``.
        labels: ``(n,)``.
    """
    given, true = _checked(probabilities, labels)
    is_labelled = labelled(true)
    counts = np.bincount(true[is_labelled], minlength=given.shape[1])
    sums = np.bincount(
        true[is_labelled], given[is_labelled, true[is_labelled]], minlength=given.shape[1]
    )
    # No sample can count for a class that none is labelled with.
    thresholds = np.divide(sums, counts, out=np.full(given.shape[1], np.inf), where=counts > 0)
    reached = np.where(given >= thresholds, given, -1.0)
    classes: Labels = np.where(reached.max(axis=1) >= 0, reached.argmax(axis=1), -1)
    return classes


def hardest(probabilities: Any, labels: Any, top: int = 24) -> list[int]:
    """The positions of the samples whose own class is the least probable, the hardest first.

    Example:
        >>> hardest([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]], [0, 0, 1], top=2)
        [1, 2]
    """
    given, true = _checked(probabilities, labels)
    rows = np.flatnonzero(true >= 0)
    order = np.argsort(given[rows, true[rows]], kind="stable")[:top]
    return [int(row) for row in rows[order]]


def _checked(probabilities: Any, labels: Any) -> tuple[Probabilities, Labels]:
    given, true = np.asarray(probabilities, np.float64), as_labels(labels)
    if given.ndim != 2:
        raise UsageError(f"probabilities are (n, classes), not an array of shape {given.shape}")
    same_number(given, true, "probabilities and labels")
    if len(true) and true.max() >= given.shape[1]:
        raise UsageError(f"class {true.max()} has no probability: there are {given.shape[1]}")
    is_wrong = ~((given >= 0) & (given <= 1 + 1e-6)).all(axis=1)
    if is_wrong.any():
        row = int(is_wrong.argmax())
        raise DataError(f"probabilities, row {row}: {given[row].tolist()} are not from 0 to 1")
    return given, true
