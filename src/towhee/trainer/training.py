"""``train``: a better model for the user's own data, behind the same operator."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from towhee.engine.operators import forget_models
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import Embedded, embedded
from towhee.trainer.image_model import ImageModel
from towhee.trainer.image_values import gives_tensors
from towhee.trainer.learning import learned
from towhee.trainer.measuring import Measures
from towhee.trainer.preparing import (
    CHECKPOINTS,
    MODEL,
    checked_data,
    prepare_folder,
    some_of,
)
from towhee.trainer.report import ReportData
from towhee.trainer.reporting import (
    REPORT,
    noticed_of_course,
    noticed_of_data,
    write_training_report,
)
from towhee.trainer.result import TrainingResult
from towhee.trainer.resuming import check_course, resumed_checkpoint
from towhee.trainer.settings import settled
from towhee.trainer.task import Learned, Task
from towhee.trainer.trained_folder import card_text, write_card, write_model
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)


def train(
    ref: OperatorRef,
    config: TrainingConfig,
    train: TrainingData,
    evaluation: TrainingData | None = None,
    *,
    model_card: str | None = None,
    callbacks: Sequence[Any] = (),
    on_error: OnError = "skip",
) -> TrainingResult:
    """Fine-tune the model of an operator that embeds images, on images with labels.

    The untouched model is measured first, and the trained one in the same way at the end. The
    weights that were best in between are kept; what is written is a model folder that the same
    operator takes as ``checkpoint``.

    Args:
        ref: the operator, ``ops.image_embedding.timm(…).ref``.
        config: what the training is to be like.
        train: what is learned from; every sample has a label.
        evaluation: what is measured with; a fifth of ``train`` if not given, which is then not
            learned from.
        model_card: the content of ``README.md`` beside the weights; written from the figures if
            not given.
        callbacks: of Lightning.
        on_error: ``"skip"`` goes on without samples that cannot be read, and says which;
            ``"raise"`` stops at the first.

    Returns:
        Where the trained model is, how good it is, and why each choice was made.

    Raises:
        UsageError: for an operator, data or settings that cannot be trained with.
        OperatorError: for a sample that cannot be read, under ``on_error="raise"``.
        TrainingError: if the training diverges, or the disk is full.

    Example:
        >>> from towhee import ops
        >>> from towhee.trainer import dataset
        >>> from towhee.trainer.training import train
        >>> from towhee.trainer.training_config import TrainingConfig
        >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
        >>> shoes = dataset("shoes/")  # doctest: +SKIP
        >>> result = train(op.ref, TrainingConfig(), shoes)  # doctest: +SKIP
        >>> print(result)  # doctest: +SKIP
        knn 0.6120 → 0.8340 by partial, in output_dir/model
    """
    model = ImageModel.of(ref)
    notes: list[str] = []
    train, evaluation = checked_data(train, evaluation, config, notes)
    notes += noticed_of_data(train, evaluation)
    folder = Path(config.output_dir)
    resume = resumed_checkpoint(config, folder / CHECKPOINTS)
    prepare_folder(folder, config, is_resumed=resume is not None)

    known = embedded(model.features, train, on_error=on_error, what="train on")
    queries = embedded(model.features, evaluation, on_error=on_error, what="evaluate with")
    kept = train.subset(known.places)
    settings = settled(config, known.labels, len(train.classes))
    if settings.method == "linear_probe" and gives_tensors(train):
        settings.reasons["transform"] = (
            "not used, because features are computed once, of the images as they are served"
        )
    for name, reason in settings.reasons.items():
        logger.info("%s: %s", name, reason)
    check_course(folder / CHECKPOINTS, config, settings, kept.sample_keys, bool(resume))
    measures = Measures(settings.metric, config.seed, known)
    baseline = measures.of(known, queries)
    logger.info("the untouched model: %s", _shown(baseline))

    evaluation = evaluation.subset(queries.places)
    queries = replace(queries, places=np.arange(len(evaluation)))
    known = replace(known, places=np.arange(len(kept)))
    result = learned(
        Task(
            model=model,
            config=config,
            settings=settings,
            train=kept,
            evaluation=evaluation,
            known=known,
            queries=queries,
            gallery=measures.gallery,
            measure=measures.of,
            folder=folder / CHECKPOINTS,
            resume=resume,
            callbacks=callbacks,
        )
    )
    target = folder / MODEL
    _write(target, model, result, train.classes)
    forget_models()  # an earlier training may have left one at the same place, which is kept
    trained_ref = model.trained(target)
    after = embedded(trained_ref, evaluation, what="evaluate with")
    metrics = _served(trained_ref, kept, after, measures)
    skipped = (*known.skipped, *queries.skipped)
    history = tuple(result.outcome.history)
    notes += noticed_of_course(history, measures.metric, after)
    notes += _warnings(measures, baseline, metrics, skipped)
    write_card(
        target,
        model_card
        or card_text(
            model=model.spec.full_name,
            method=settings.method,
            trained=result.trained,
            classes=train.classes,
            counts=(len(kept), len(queries.labels)),
            figures={name: (baseline[name], metrics[name]) for name in metrics},
            reasons=settings.reasons,
            settings={**config.to_dict(), "output_dir": folder.name},
            warnings=notes,
            license=model.spec.license,
        ),
    )
    for note in notes:
        logger.warning("%s", note)
    done = TrainingResult(
        folder=target,
        ref=trained_ref,
        method=settings.method,
        metric=measures.metric.name,
        baseline=baseline,
        metrics=metrics,
        larger_is_better=measures.metric.larger_is_better,
        history=history,
        reasons=settings.reasons,
        warnings=tuple(notes),
        skipped=skipped,
        report=folder / REPORT,
    )
    write_training_report(
        folder / REPORT,
        ReportData(
            title=f"{model.spec.full_name}, {settings.method}",
            subtitle=str(done),
            metric=done.metric,
            larger_is_better=done.larger_is_better,
            baseline=baseline,
            metrics=metrics,
            warnings=notes,
            config={**config.to_dict(), "output_dir": folder.name},
            reasons=settings.reasons,
            history=history,
            classes=train.classes,
        ),
        trained_ref,
        evaluation,
        queries.subset(after.places),
        after,
        seed=config.seed,
    )
    logger.info("%s", done)
    return done


def _write(target: Path, model: ImageModel, result: Learned, classes: Sequence[str]) -> None:
    write_model(
        target,
        result.model,
        preprocess=model.preprocess,
        projection=result.projection,
        of_layer=(model.layer, model.pooling),
        classifier=result.classifier,
        classes=classes,
        license=model.spec.license,
    )


def _served(
    ref: OperatorRef, train: TrainingData, queries: Embedded, measures: Measures
) -> dict[str, float]:
    """The measures of the model as it is served from its folder, by the operator itself."""
    gallery = embedded(ref, train.subset(measures.gallery), what="search")
    return measures.of(gallery, queries)


def _warnings(
    measures: Measures,
    baseline: dict[str, float],
    metrics: dict[str, float],
    skipped: Sequence[str],
) -> list[str]:
    found = []
    metric = measures.metric
    before, after = baseline[metric.name], metrics[metric.name]
    if not metric.is_better(after, before):
        found.append(
            f"training did not help: {metric.title} is {after:.4f}, and {before:.4f} with the "
            "untouched model; use that one, or give more samples, another method or a lower lr"
        )
    if skipped:
        some = some_of(skipped)
        found.append(f"{len(skipped)} samples could not be read and were left out: {some}")
    return found


def _shown(measures: dict[str, float]) -> str:
    return ", ".join(
        f"{name} {value:.4f}" for name, value in measures.items() if not math.isnan(value)
    )
