"""What a training looks like: its report, and what is noticed of its course and its data."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from towhee.operators.base import OperatorRef
from towhee.trainer.checks import check
from towhee.trainer.data import TrainingData
from towhee.trainer.diagnosis import Watched, diagnose
from towhee.trainer.embedding import Embedded
from towhee.trainer.metrics import Metric
from towhee.trainer.preparing import some_of
from towhee.trainer.report import Example, ReportData, with_embeddings, write_report
from towhee.trainer.stratified import stratified_sample
from towhee.trainer.trainable import Trainable

logger = logging.getLogger(__name__)

REPORT = "report.html"
_SAMPLES = 2000
"""The most evaluation samples that a report compares."""

_OF_THE_MOST_FREQUENT = ("accuracy", "knn", "recall@1")
"""Measures that the share of the most frequent class is the chance of."""

_HEATMAPS = 6


def noticed_of_data(train: TrainingData, evaluation: TrainingData | None) -> list[str]:
    """What the owner of the data should know before a training, in plain words."""
    return [
        finding.message
        for finding in check(train, evaluation)
        if finding.level != "note" and finding.kind != "unreadable"  # which are skipped and told
    ]


def noticed_of_course(
    history: Sequence[Mapping[str, Any]], metric: Metric, evaluation: Embedded
) -> list[str]:
    """What is wrong with the course of a training, in plain words."""
    watched = None
    if metric.name in _OF_THE_MOST_FREQUENT:
        chance = np.bincount(evaluation.labels).max() / len(evaluation.labels)
        watched = Watched(metric.name, float(chance), len(evaluation.labels))
    # That it did not help is told of the model as it is served.
    found = diagnose(history, watched=watched, embeddings=evaluation.vectors)
    return [finding.message for finding in found]


def noticed_of_outcome(
    metric: Metric,
    baseline: Mapping[str, float],
    metrics: Mapping[str, float],
    skipped: Sequence[str],
    unit: str,
) -> list[str]:
    """What the user should know of a result, in plain words.

    Args:
        metric: that decides.
        baseline: measures of the untouched model.
        metrics: the same of the trained one.
        skipped: keys of samples that could not be read.
        unit: of the samples, in the plural.
    """
    found = []
    before, after = baseline[metric.name], metrics[metric.name]
    if not metric.is_better(after, before):
        found.append(
            f"training did not help: {metric.title} is {after:.4f}, and {before:.4f} with the "
            f"untouched model; use that one, or give more {unit}, another method or a lower lr"
        )
    if skipped:
        found.append(
            f"{len(skipped)} {unit} could not be read and were left out: {some_of(skipped)}"
        )
    return found


def shown_measures(measures: Mapping[str, float]) -> str:
    """Measures as a line of the log; what has no value is left out."""
    return ", ".join(
        f"{name} {value:.4f}" for name, value in measures.items() if not math.isnan(value)
    )


def write_training_report(
    page: Path,
    data: ReportData,
    model: Trainable,
    ref: OperatorRef,
    evaluation: TrainingData,
    before: Embedded,
    after: Embedded,
    *,
    seed: int,
) -> None:
    """Write the page of a training.

    Args:
        page: where to.
        data: what is known of it besides.
        model: knows what can be seen of a sample.
        ref: the operator with the trained weights.
        evaluation: samples that were not trained on.
        before: their vectors by the untouched model.
        after: the same by the trained one.
        seed: by which samples are drawn where there are many.
    """
    rows = np.arange(len(after.labels))
    if len(rows) > _SAMPLES:
        rows = np.sort(stratified_sample(after.labels, _SAMPLES, seed))

    filled = with_embeddings(
        data,
        before.vectors[rows],
        after.vectors[rows],
        after.labels[rows],
        pictures=lambda row: model.picture(evaluation, int(after.places[rows[row]])),
        names=[evaluation.key(int(place)) for place in after.places[rows]],
        seed=seed,
    )
    shown = rows[stratified_sample(after.labels[rows], min(_HEATMAPS, len(rows)), seed)]
    heatmaps = []
    for row in shown:
        place = int(after.places[row])
        seen = model.heatmap(ref, evaluation, place)
        if seen is not None:
            label = evaluation.classes[int(evaluation.labels[place])]
            heatmaps.append(Example(label, seen, evaluation.key(place)))
    write_report(replace(filled, heatmaps=tuple(heatmaps)), page)
