"""Outputs that no longer tell samples apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.trainer.diagnosis.finding import Finding
from towhee.trainer.metrics.classification import predictions_of
from towhee.trainer.metrics.labels import as_labels, same_number

_ONE_CLASS = 0.95  # of all predictions
_LEAST_SPREAD = 1e-3  # of directions, whose spread is 1 where they point everywhere


def class_collapse(predictions: Any, labels: Any) -> Finding | None:
    """Predictions of almost one class alone, where the labels are of several."""
    named, true = predictions_of(predictions), as_labels(labels)
    same_number(named, true, "predictions and labels")
    is_labelled = true >= 0
    named, true = named[is_labelled], true[is_labelled]
    if len(named) < 2:
        return None
    counts = np.bincount(named)
    only = int(counts.argmax())
    share, expected = counts[only] / len(named), float((true == only).mean())
    if share < _ONE_CLASS or expected >= 0.9 * share:
        return None
    return Finding(
        "class_collapse",
        f"The model names one class: {share:.0%} of the predictions are class {only}, which is "
        f"{expected:.0%} of the samples. Lower lr, shuffle the training data, and balance the "
        "classes if one has most of the training samples.",
    )


def embedding_collapse(embeddings: Any) -> Finding | None:
    """Embeddings that all point the same way, so that everything is like everything."""
    vectors = np.asarray(embeddings, np.float64)
    if vectors.ndim != 2:
        raise UsageError(f"embeddings are (n, d), not an array of shape {vectors.shape}")
    if len(vectors) < 2 or not np.isfinite(vectors).all():
        return None
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not lengths.any():
        seen = "they are all zero"
    else:
        mean = (vectors / np.where(lengths > 0, lengths, 1.0)).mean(axis=0)
        spread = max(0.0, 1.0 - float(mean @ mean))
        if spread >= _LEAST_SPREAD:
            return None
        seen = f"two of them have a cosine of {1 - spread:.5f} in the mean"
    return Finding(
        "embedding_collapse",
        f"The embeddings have collapsed: {seen}, so no neighbour means anything. Lower lr, train "
        "fewer layers (method), and with a contrastive loss use larger batches of several classes.",
    )
