"""What a training on labels begins with: readable data, and the untouched model's figures."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import Embedded, embedded
from towhee.trainer.measuring import Measures
from towhee.trainer.models.kinds import model_of
from towhee.trainer.preparing import CHECKPOINTS, checked_data, prepare_folder
from towhee.trainer.pretraining.recipe import check_first_step
from towhee.trainer.reporting import noticed_of_data, shown_measures
from towhee.trainer.result import Measured
from towhee.trainer.resuming import check_course, resumed_checkpoint
from towhee.trainer.settings import Settings, settled
from towhee.trainer.trainable import Trainable
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known before anything is learned.

    Attributes:
        model: behind the operator, untouched.
        config: what the user says.
        settings: what it became.
        train: the samples to learn from that can be read.
        evaluation: the same of those to measure with.
        known: the features of ``train`` by the untouched model.
        queries: the features of ``evaluation``.
        measures: taken before, while and after.
        baseline: the untouched model's.
        skipped: keys of samples that cannot be read.
        notes: what the user should know.
        folder: of the training.
        resume: the checkpoint to go on from.
    """

    model: Trainable
    config: TrainingConfig
    settings: Settings
    train: TrainingData
    evaluation: TrainingData
    known: Embedded
    queries: Embedded
    measures: Measures
    baseline: dict[str, float]
    skipped: tuple[str, ...]
    notes: tuple[str, ...]
    folder: Path
    resume: Path | None


def begin(
    ref: OperatorRef,
    config: TrainingConfig,
    train: TrainingData,
    evaluation: TrainingData | None,
    *,
    measured: Measured | None = None,
    on_error: OnError = "skip",
) -> Beginning:
    """Check everything that can be checked, make the folder, and measure the untouched model.

    Args:
        ref: the operator.
        config: what the training is to be like.
        train: what is learned from.
        evaluation: what is measured with; a fifth of ``train`` if not given.
        measured: figures of other trainings; all samples are then learned from.
        on_error: what becomes of samples that cannot be read.

    Raises:
        UsageError: for an operator, data or settings that cannot be trained with.
        OperatorError: for a sample that cannot be read, under ``on_error="raise"``.
    """
    model = model_of(ref)
    check_first_step(model, config)
    notes: list[str] = []
    if measured is not None:
        evaluation = train
    train, evaluation = checked_data(train, evaluation, config, notes)
    notes += noticed_of_data(train, evaluation if measured is None else None)
    folder = Path(config.output_dir)
    resume = resumed_checkpoint(config, folder / CHECKPOINTS)
    prepare_folder(folder, config, is_resumed=resume is not None)

    known = embedded(model.features, train, read=model.sample, on_error=on_error, what="train on")
    queries = embedded(
        model.features, evaluation, read=model.sample, on_error=on_error, what="evaluate with"
    )
    kept, evaluation = train.subset(known.places), evaluation.subset(queries.places)
    settings = settled(config, known.labels, len(train.classes), model.abilities)
    if settings.method == "linear_probe" and model.is_prepared(train):
        settings.reasons["transform"] = (
            "not used, because features are computed once, of the "
            f"{model.abilities.unit} as they are served"
        )
    for name, reason in settings.reasons.items():
        logger.info("%s: %s", name, reason)
    check_course(folder / CHECKPOINTS, config, settings, kept.sample_keys, resume is not None)
    measures = Measures(settings.metric, config.seed, known)
    baseline = measures.of(known, queries)
    logger.info("the untouched model: %s", shown_measures(baseline))
    return Beginning(
        model=model,
        config=config,
        settings=settings,
        train=kept,
        evaluation=evaluation,
        known=replace(known, places=np.arange(len(kept))),
        queries=replace(queries, places=np.arange(len(evaluation))),
        measures=measures,
        baseline=baseline,
        skipped=(*known.skipped, *queries.skipped),
        notes=tuple(notes),
        folder=folder,
        resume=resume,
    )
