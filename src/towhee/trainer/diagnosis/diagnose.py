"""All symptoms at once."""

from __future__ import annotations

from typing import Any

from towhee.trainer.diagnosis.collapse import class_collapse, embedding_collapse
from towhee.trainer.diagnosis.finding import Finding, Watched
from towhee.trainer.diagnosis.generalising import no_gain, random_labels
from towhee.trainer.diagnosis.history import History, column
from towhee.trainer.diagnosis.losses import divergence, not_finite, not_learning, overfitting


def diagnose(
    history: History,
    *,
    watched: Watched | None = None,
    classes: int | None = None,
    baseline: float | None = None,
    predictions: Any = None,
    labels: Any = None,
    embeddings: Any = None,
) -> list[Finding]:
    """All that is wrong, the gravest first.

    Args:
        history: the rows of the log, in order.
        watched: the measure of the evaluation.
        classes: how many there are, if the loss is cross-entropy.
        baseline: the measure of the untouched model.
        predictions: ``(n,)`` classes or ``(n, classes)`` logits of the last evaluation.
        labels: ``(n,)`` of the same samples.
        embeddings: ``(n, d)`` of the last evaluation.

    Example:
        >>> found = diagnose([{"epoch": 1, "loss": 2.3}, {"epoch": 2, "loss": float("nan")}])
        >>> [finding.kind for finding in found]
        ['not_finite']
    """
    # What follows from a loss that is no number would only hide it.
    broken = not_finite(history)
    if broken:
        return [broken]
    found = [divergence(history, classes), not_learning(history, classes, watched)]
    if predictions is not None and labels is not None:
        found.append(class_collapse(predictions, labels))
    if embeddings is not None:
        found.append(embedding_collapse(embeddings))
    if watched is not None:
        found.append(random_labels(history, watched))
    found.append(overfitting(history, watched))
    if watched is not None and baseline is not None:
        values = [value for _, value in column(history, watched.name)]
        if values:
            best = max(values) if watched.larger_is_better else min(values)
            found.append(no_gain(watched.name, baseline, best, watched.larger_is_better))
    return [finding for finding in found if finding is not None]
