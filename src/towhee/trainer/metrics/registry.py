"""Measures by name, with what they need and which way is better."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from towhee.errors import UnknownNameError, UsageError
from towhee.trainer.metrics.agreement import nmi, pair_cosines, spearman
from towhee.trainer.metrics.classification import accuracy, cross_entropy, f1
from towhee.trainer.metrics.matching import mean_reciprocal_rank
from towhee.trainer.metrics.retrieval import knn_accuracy, map_at_r, r_precision, recall_at_k

Needs = Literal["logits", "embeddings", "pairs"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure of a model on labelled samples.

    Attributes:
        name: by which it stands in a history, such as ``"recall@1"``.
        title: what a person reads.
        needs: what it is given: ``"logits"`` ``(n, classes)``, ``"embeddings"`` ``(n, d)``, or
            ``"pairs"``, two arrays ``(n, d)``.
        larger_is_better: whether it should rise.
        measure: of outputs and labels.
        takes_gallery: whether it searches for neighbours, so that they may be given.
    """

    name: str
    title: str
    needs: Needs
    larger_is_better: bool
    measure: Callable[..., float]
    takes_gallery: bool = False

    def __call__(self, outputs: Any, labels: Any, gallery: tuple[Any, Any] | None = None) -> float:
        """The measure of what the model gave.

        Args:
            outputs: what `needs` says.
            labels: ``(n,)`` classes; target scores for pairs.
            gallery: embeddings and labels to search in, by a measure of neighbours.

        Raises:
            UsageError: for a gallery where nothing is searched.
        """
        if gallery is None:
            return self.measure(outputs, labels)
        if not self.takes_gallery:
            raise UsageError(f"{self.name} searches nothing, so it takes no gallery")
        return self.measure(outputs, labels, gallery=gallery)

    def is_better(self, value: float, than: float) -> bool:
        """Whether a value is better than another; NaN never is, and anything is better than it."""
        if math.isnan(value) or math.isnan(than):
            return not math.isnan(value)
        return value > than if self.larger_is_better else value < than

    @property
    def worst(self) -> float:
        """What any value is better than."""
        return -math.inf if self.larger_is_better else math.inf


def metric_named(name: str) -> Metric:
    """The measure of that name, whatever its case; ``_`` and blanks are taken for what they mean.

    ``recall`` and ``knn`` may say of how many neighbours: ``recall@5``, ``knn@20``; without it
    they are ``recall@1`` and ``knn@10``.

    Raises:
        UnknownNameError: if there is none; the message names the closest.

    Example:
        >>> metric_named("Accuracy").needs
        'logits'
        >>> metric_named("Recall_at_5").name
        'recall@5'
    """
    plain = re.sub(r"\s*@\s*", "@", str(name).strip().lower())
    plain = re.sub(r"(?<=[a-z0-9])[\s_-]+(?=[a-z0-9])", "_", plain).replace("_at_", "@")
    plain = _ALIASES.get(plain, plain)
    if plain in _METRICS:
        return _METRICS[plain]
    family, _, number = plain.partition("@")
    family = _ALIASES.get(family, family).partition("@")[0]
    if family in _FAMILIES and re.fullmatch("[1-9][0-9]{0,5}", number):
        return _FAMILIES[family](int(number))
    raise UnknownNameError("metric", str(name), metric_names(), f"(there are {_listed()})")


def metric_names() -> tuple[str, ...]:
    """The names of all measures; ``recall`` and ``knn`` take other numbers as well."""
    return (*_METRICS, *_ALIASES)


def _listed() -> str:
    names = list(_METRICS)
    return f"{', '.join(names[:-1])} and {names[-1]}; recall@k and knn@k for any k"


def _recall(k: int) -> Metric:
    measure = partial(recall_at_k, k=k)
    return Metric(f"recall@{k}", f"Recall@{k}", "embeddings", True, measure, takes_gallery=True)


def _knn(k: int) -> Metric:
    name = "knn" if k == 10 else f"knn@{k}"
    measure = partial(knn_accuracy, k=k)
    return Metric(
        name, f"{k}-nearest-neighbour accuracy", "embeddings", True, measure, takes_gallery=True
    )


def _pairs(outputs: Any, targets: Any) -> float:
    return spearman(pair_cosines(*outputs), targets)


def _matches(outputs: Any, targets: Any) -> float:
    first, second = outputs
    return mean_reciprocal_rank(first, second, targets)


_FAMILIES: dict[str, Callable[[int], Metric]] = {"recall": _recall, "knn": _knn}
_METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "Accuracy", "logits", True, accuracy),
        Metric("f1", "Macro F1", "logits", True, f1),
        Metric("micro_f1", "Micro F1", "logits", True, partial(f1, average="micro")),
        Metric("cross_entropy", "Cross-entropy", "logits", False, cross_entropy),
        _knn(10),
        _recall(1),
        Metric("map@r", "MAP@R", "embeddings", True, map_at_r, takes_gallery=True),
        Metric("r_precision", "R-precision", "embeddings", True, r_precision, takes_gallery=True),
        Metric("nmi", "Normalised mutual information", "embeddings", True, nmi),
        Metric("spearman", "Spearman's rank correlation", "pairs", True, _pairs),
        Metric("mrr", "Mean reciprocal rank", "pairs", True, _matches),
    )
}
_ALIASES = {
    "acc": "accuracy",
    "macro_f1": "f1",
    "f1_macro": "f1",
    "f1_micro": "micro_f1",
    "f1_score": "f1",
    "knn_accuracy": "knn",
    "knn@10": "knn",
    "recall": "recall@1",
    "precision@1": "recall@1",
    "mean_average_precision@r": "map@r",
    "spearmanr": "spearman",
    "mean_reciprocal_rank": "mrr",
}
