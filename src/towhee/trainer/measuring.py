"""One way to measure an embedding, for the untouched model and the trained one alike."""

from __future__ import annotations

import inspect

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.trainer.embedding import Embedded
from towhee.trainer.metrics import Metric, metric_named
from towhee.trainer.stratified import stratified_sample

GALLERY = 1000
"""The most training samples among which neighbours of evaluation samples are searched."""

_TEMPERATURE = 20.0  # of the cosines that stand for logits; it changes cross-entropy alone


def embedding_metric(name: str) -> Metric:
    """The measure of that name, if vectors with labels have it.

    Raises:
        UnknownNameError: if there is none of that name.
        UsageError: for one of pairs.
    """
    metric = metric_named(name)
    if metric.needs == "pairs":
        raise UsageError(
            f"metric={name!r} compares pairs, and these samples have labels: take knn, recall@k, "
            "map@r or accuracy"
        )
    return metric


def gallery_places(labels: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.int64]:
    """The places of the training samples that are searched, each class in its proportion."""
    if len(labels) <= GALLERY:
        return np.arange(len(labels))
    return np.sort(stratified_sample(labels, GALLERY, seed))


def measured(metric: Metric, gallery: Embedded, queries: Embedded) -> float:
    """A measure of evaluation samples.

    Measures of neighbours search them among the gallery, so that few evaluation samples are
    enough. Where a measure is one of a classifier, a class is as likely as the cosine to the mean
    of its vectors is great: an untouched model can be measured so too, and nothing is learned
    for it.

    Args:
        metric: which.
        gallery: training samples.
        queries: evaluation samples.
    """
    if metric.needs == "logits":
        return metric(_class_mean_logits(gallery, queries), queries.labels)
    if "gallery" in inspect.signature(metric.measure).parameters:
        known = (gallery.vectors, gallery.labels)
        return float(metric.measure(queries.vectors, queries.labels, gallery=known))
    return metric(queries.vectors, queries.labels)


def _class_mean_logits(gallery: Embedded, queries: Embedded) -> npt.NDArray[np.float32]:
    classes = int(max(gallery.labels.max(), queries.labels.max())) + 1
    known = _directions(gallery.vectors)
    means = np.zeros((classes, known.shape[1]), np.float32)
    np.add.at(means, gallery.labels, known)
    logits: npt.NDArray[np.float32] = (
        _TEMPERATURE * _directions(queries.vectors) @ _directions(means).T
    )
    return logits


def _directions(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = vectors / np.where(lengths > 0, lengths, 1)
    return scaled.astype(np.float32)


class Measures:
    """The measures of a training, taken in one way before, while and after."""

    def __init__(self, name: str, seed: int, known: Embedded) -> None:
        self.metric = embedding_metric(name)
        self._others = [embedding_metric(each) for each in ("knn", "recall@1", "accuracy")]
        self.gallery = gallery_places(known.labels, seed)

    def of(self, known: Embedded, queries: Embedded) -> dict[str, float]:
        """All measures, the one that decides first, of all training samples or the gallery's."""
        gallery = known if len(known.labels) <= len(self.gallery) else self._some(known)
        found = {self.metric.name: measured(self.metric, gallery, queries)}
        for other in self._others:
            found.setdefault(other.name, measured(other, gallery, queries))
        return found

    def _some(self, known: Embedded) -> Embedded:
        rows = self.gallery
        return Embedded(known.vectors[rows], known.labels[rows], known.places[rows])
