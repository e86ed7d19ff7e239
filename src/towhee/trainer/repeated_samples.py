"""Samples that are there more than once: within the training data, and across the split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from towhee.search import ExactSearch
from towhee.trainer.data import NO_LABEL, TrainingData
from towhee.trainer.data_finding import DataFinding, number_of, some_of

Digests = list[bytes | None]
"""Of each sample the digest of its content, ``None`` where it cannot be read."""

NEAR = 0.95
"""The cosine from which two embeddings are taken for the same picture.

Of MobileNetV2 on CIFAR-10, no test image comes nearer than 0.912 to any of 3,000 training images,
and half of the images saved again as JPEG of quality 80 stay above 0.970.
"""


def contradiction(parts: Sequence[TrainingData], digests: Sequence[Digests]) -> DataFinding | None:
    """Samples of the same content with different labels."""
    labels: dict[bytes, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for part, known in zip(parts, digests, strict=True):
        for index, digest in enumerate(known):
            if digest is not None and part.labels[index] != NO_LABEL:
                name = part.classes[part.labels[index]]
                labels[digest][name].append(part.key(index))
    split = [by_name for by_name in labels.values() if len(by_name) > 1]
    if not split:
        return None
    keys = [key for by_name in split for some in by_name.values() for key in some]
    first = " and ".join(f"{some[0]!r} as {name!r}" for name, some in split[0].items())
    return DataFinding(
        "contradiction",
        "warning",
        f"{number_of(keys, 'sample')} of the same content bear different labels (first {first}): "
        "correct the labels, or drop the samples.",
        tuple(keys),
    )


def duplicates(train: TrainingData, digests: Digests) -> DataFinding | None:
    """Training samples of the same content."""
    places: dict[bytes, list[int]] = defaultdict(list)
    for index, digest in enumerate(digests):
        if digest is not None:
            places[digest].append(index)
    groups = [group for group in places.values() if len(group) > 1]
    if not groups:
        return None
    more = sum(map(len, groups)) - len(groups)
    keys = [train.key(group[0]) for group in groups]
    return DataFinding(
        "duplicates",
        "note",
        f"{more:,} of {len(train):,} training samples repeat others exactly ({some_of(keys)}): "
        "they count several times; drop them unless that is meant.",
        tuple(keys),
    )


def leak(evaluation: TrainingData, leaked: Sequence[bool]) -> DataFinding | None:
    """Evaluation samples of the same content as training samples."""
    keys = [evaluation.key(index) for index in np.flatnonzero(leaked).tolist()]
    if not keys:
        return None
    return DataFinding(
        "leak",
        "warning",
        f"{len(keys):,} of {len(evaluation):,} evaluation samples are training samples too "
        f"({some_of(keys)}), so the measures are better than the model: drop them from one of the "
        "two.",
        tuple(keys),
    )


def nearest(
    train: TrainingData, evaluation: TrainingData, vectors: Sequence[Any]
) -> dict[int, str]:
    """For evaluation samples with a training sample as near as `NEAR`, the key of that."""
    has_direction = [np.isfinite(part).all(axis=1) & part.any(axis=1) for part in vectors]
    places, asked = (np.flatnonzero(each) for each in has_direction)
    if not len(places) or not len(asked):
        return {}
    search = ExactSearch(vectors[0][places], "cosine", keys=places.tolist())
    results = search.search(vectors[1][asked], topk=1)
    return {
        place: train.key(result.keys[0])
        for place, result in zip(asked.tolist(), results, strict=True)
        if result.scores[0] >= NEAR
    }


def near_leak(
    evaluation: TrainingData, near: Mapping[int, str], leaked: Sequence[bool]
) -> DataFinding | None:
    """Evaluation samples that are nearly the same as training samples, and not exactly."""
    places = [place for place in near if not leaked[place]]
    if not places:
        return None
    keys = [evaluation.key(place) for place in places]
    return DataFinding(
        "near_leak",
        "warning",
        f"{len(keys):,} of {len(evaluation):,} evaluation samples are nearly the same as training "
        f"samples (first {keys[0]!r} as {near[places[0]]!r}), with a cosine of {NEAR} and more: "
        "look at them, and if they show the same thing, keep all pictures of it on one side.",
        tuple(keys),
    )
