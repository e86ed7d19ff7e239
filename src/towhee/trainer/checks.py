"""Look at training data before a training: what is wrong with it, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from towhee.errors import DataError, UsageError
from towhee.trainer.data import NO_LABEL, TrainingData
from towhee.trainer.data_finding import DataFinding, Level, number_of, some_of
from towhee.trainer.diagnosis.finding import Watched
from towhee.trainer.metrics import knn_accuracy, majority_share
from towhee.trainer.repeated_samples import (
    Digests,
    contradiction,
    duplicates,
    leak,
    near_leak,
    nearest,
)

FEW = 5
"""A class with fewer samples is hardly learned."""

IMBALANCE = 10
"""So many times the samples of the smallest class in the largest are worth a word."""

_NEIGHBOURS = 10
_ASKED = 2000  # samples are enough to tell an accuracy from chance
_LEAST = 50  # and fewer are not

# Any: (n, d) numbers of whatever kind.
Embed = Callable[[TrainingData], Any]


def check(
    train: TrainingData, evaluation: TrainingData | None = None, embed: Embed | None = None
) -> list[DataFinding]:
    """What is wrong with data to train on and to evaluate with, the gravest first.

    Every sample is read once. Exact duplicates are those of the same content, byte by byte (pixel
    by pixel for PIL images and arrays); pictures that were saved again are found by their
    embeddings only.

    Args:
        train: the samples to train on.
        evaluation: the samples to evaluate with, if there are.
        embed: gives the embeddings ``(n, d)`` of data, in its order. With it near duplicates
            across the split are found, and labels that no embedding can explain.

    Raises:
        UsageError: if ``embed`` gives another number of embeddings.

    Example:
        >>> from towhee.trainer import dataset
        >>> train = dataset([("fine", "good"), ("nice", "good"), ("bad", "poor")] * 5)
        >>> for finding in check(train, dataset([("fine", "good"), ("awful", "poor")])):
        ...     print(finding.kind, finding.keys)
        leak ('the list[0]',)
        duplicates ('the list[0]', 'the list[1]', 'the list[2]')
    """
    parts = [train] if evaluation is None else [train, evaluation]
    digests, why = zip(*map(_digests, parts), strict=True)
    found = [
        _unreadable({key: reason for part in why for key, reason in part.items()}),
        *_counts(train),
        contradiction(parts, digests),
        duplicates(train, digests[0]),
    ]
    if evaluation is not None:
        known = set(digests[0]) - {None}
        leaked = [digest in known for digest in digests[1]]
        found += [_unknown_classes(train, evaluation), leak(evaluation, leaked)]
    if embed is not None:
        vectors = [_embedded(part, embed) for part in parts]
        found.append(_random_labels(train, vectors[0]))
        if evaluation is not None:
            near = nearest(train, evaluation, vectors)
            found.append(near_leak(evaluation, near, leaked))
    order: tuple[Level, ...] = ("error", "warning", "note")
    return sorted((each for each in found if each), key=lambda each: order.index(each.level))


def _digests(data: TrainingData) -> tuple[Digests, dict[str, str]]:
    """Each sample's digest, and by key why there is none."""
    digests: Digests = []
    why: dict[str, str] = {}
    for index in range(len(data)):
        try:
            digests.append(data.digest(index))
        except DataError as error:
            digests.append(None)
            why[data.key(index)] = str(error)
    return digests, why


def _embedded(data: TrainingData, embed: Embed) -> Any:
    vectors = np.asarray(embed(data), np.float32)
    if vectors.ndim != 2 or len(vectors) != len(data):
        raise UsageError(f"embed gave {vectors.shape} for {len(data)} samples; it gives (n, d)")
    return vectors


def _unreadable(why: Mapping[str, str]) -> DataFinding | None:
    if not why:
        return None
    return DataFinding(
        "unreadable",
        "error",
        f"{number_of(list(why), 'sample')} cannot be read: restore the files, or drop the samples. "
        f"The first: {next(iter(why.values()))}",
        tuple(why),
    )


def _counts(train: TrainingData) -> list[DataFinding | None]:
    """Classes with few samples, and classes with many more than others."""
    counts = {name: count for name, count in train.counts.items() if count}
    if not counts:
        return []
    few = [name for name, count in counts.items() if count < FEW]
    small, large = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    found: list[DataFinding | None] = []
    if few:
        found.append(
            DataFinding(
                "few_samples",
                "warning",
                f"{number_of(few, 'class')} of {len(counts)} with fewer than {FEW} training "
                f"samples ({some_of(few)}): add samples, or leave such classes out; what is "
                "learned of so few will hardly hold for others.",
                tuple(few),
            )
        )
    if counts[large] >= IMBALANCE * counts[small]:
        found.append(
            DataFinding(
                "imbalance",
                "warning",
                f"The class {large!r} has {counts[large]:,} training samples and {small!r} has "
                f"{counts[small]:,}: judge by F1 (metric='f1'), and add samples of the small "
                "classes.",
                (large, small),
            )
        )
    return found


def _unknown_classes(train: TrainingData, evaluation: TrainingData) -> DataFinding | None:
    known = {name for name, count in train.counts.items() if count}
    unknown = [name for name, count in evaluation.counts.items() if count and name not in known]
    if not unknown or not known:
        return None
    return DataFinding(
        "unknown_class",
        "error",
        f"{number_of(unknown, 'class')} of the evaluation without a training sample "
        f"({some_of(unknown)}): a classifier cannot name what it never saw; move some to the "
        "training data, or judge by retrieval (metric='recall@1').",
        tuple(unknown),
    )


def _random_labels(train: TrainingData, vectors: Any) -> DataFinding | None:
    labelled = np.flatnonzero((train.labels != NO_LABEL) & np.isfinite(vectors).all(axis=1))
    if len(labelled) < _LEAST:
        return None
    if len(labelled) > _ASKED:
        labelled = np.sort(np.random.default_rng(0).choice(labelled, _ASKED, replace=False))
    labels = train.labels[labelled]
    right = knn_accuracy(vectors[labelled], labels, k=_NEIGHBOURS)
    chance = majority_share(labels)
    if not Watched("knn", chance, len(labelled)).is_at_chance(right):
        return None
    return DataFinding(
        "random_labels",
        "warning",
        f"The labels look random to this model: of {len(labelled):,} samples {right:.0%} have the "
        f"class of their neighbours, and always naming the largest class would reach {chance:.0%}. "
        "Check that labels and samples belong together; if they do, take a model for such data.",
        (),
    )
