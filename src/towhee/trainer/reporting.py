"""What a training looks like: its report, and what is noticed of its course and its data."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from towhee.errors import DataError, UsageError
from towhee.operators.base import OperatorRef
from towhee.trainer.checks import check
from towhee.trainer.data import TrainingData
from towhee.trainer.diagnosis import Watched, diagnose
from towhee.trainer.embedding import Embedded
from towhee.trainer.image_values import serving_image
from towhee.trainer.metrics import Metric
from towhee.trainer.report import Example, ReportData, with_embeddings, write_report
from towhee.trainer.stratified import stratified_sample

logger = logging.getLogger(__name__)

REPORT = "report.html"
_SAMPLES = 2000
"""The most evaluation samples that a report compares."""

_OF_THE_MOST_FREQUENT = ("accuracy", "knn", "recall@1")
"""Measures that the share of the most frequent class is the chance of."""

_HEATMAPS = 6
_SIDE = 160  # pixels of a picture on the page


def noticed_of_data(train: TrainingData, evaluation: TrainingData) -> list[str]:
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


def write_training_report(
    page: Path,
    data: ReportData,
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
        ref: the operator with the trained weights.
        evaluation: samples that were not trained on.
        before: their vectors by the untouched model.
        after: the same by the trained one.
        seed: by which samples are drawn where there are many.
    """
    rows = np.arange(len(after.labels))
    if len(rows) > _SAMPLES:
        rows = np.sort(stratified_sample(after.labels, _SAMPLES, seed))

    def picture(row: int) -> PIL.Image.Image | None:
        return _picture(evaluation, int(after.places[rows[row]]))

    filled = with_embeddings(
        data,
        before.vectors[rows],
        after.vectors[rows],
        after.labels[rows],
        pictures=picture,
        names=[evaluation.key(int(place)) for place in after.places[rows]],
        seed=seed,
    )
    shown = rows[stratified_sample(after.labels[rows], min(_HEATMAPS, len(rows)), seed)]
    heatmaps = [_heatmap(ref, evaluation, int(after.places[row])) for row in shown]
    found = tuple(each for each in heatmaps if each is not None)
    write_report(replace(filled, heatmaps=found), page)


def _picture(data: TrainingData, place: int) -> PIL.Image.Image | None:
    """A small picture of a sample; none of one that cannot be read any more."""
    try:
        made = PIL.Image.fromarray(np.asarray(serving_image(data, place)))
    except DataError as error:
        logger.info("no picture of %s: %s", data.key(place), error)
        return None
    made.thumbnail((_SIDE, _SIDE))
    return made


def _heatmap(ref: OperatorRef, data: TrainingData, place: int) -> Example | None:
    """What the trained model looks at in a sample; nothing for a model that cannot be asked."""
    from towhee.viz import heatmap

    try:
        seen = heatmap(ref, serving_image(data, place)).overlay()
    except (UsageError, DataError) as error:
        logger.info("no heatmap of %s: %s", data.key(place), error)
        return None
    seen.thumbnail((2 * _SIDE, 2 * _SIDE))
    return Example(data.classes[int(data.labels[place])], seen, data.key(place))
