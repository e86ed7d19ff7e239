"""``train``: a better model for the user's own data, behind the same operator."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from towhee.engine.operators import forget_models
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import embedded
from towhee.trainer.learning import learned
from towhee.trainer.measuring import Measures
from towhee.trainer.models.kinds import model_of
from towhee.trainer.pairs import holds_pairs, train_pairs
from towhee.trainer.preparing import (
    CHECKPOINTS,
    MODEL,
    checked_data,
    prepare_folder,
    some_of,
)
from towhee.trainer.pretraining.recipe import (
    check_first_step,
    check_unlabelled,
    first_step,
    noticed_of_first,
)
from towhee.trainer.report import ReportData
from towhee.trainer.reporting import (
    REPORT,
    noticed_of_course,
    noticed_of_data,
    write_training_report,
)
from towhee.trainer.result import Measured, TrainingResult
from towhee.trainer.resuming import check_course, resumed_checkpoint
from towhee.trainer.settings import settled
from towhee.trainer.task import Task
from towhee.trainer.trained_folder import card_text, write_card
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)


def train(
    ref: OperatorRef,
    config: TrainingConfig,
    train: TrainingData,
    evaluation: TrainingData | None = None,
    *,
    unlabelled: TrainingData | None = None,
    measured: Measured | None = None,
    is_shown: Callable[[TrainingResult], bool] = lambda done: True,
    model_card: str | None = None,
    callbacks: Sequence[Any] = (),
    on_error: OnError = "skip",
) -> TrainingResult:
    """Fine-tune the model of an operator that embeds images or sounds, on samples with labels.

    The untouched model is measured first, and the trained one in the same way at the end. The
    weights that were best in between are kept; what is written is a model folder that the same
    operator takes as ``checkpoint``.

    Args:
        ref: the operator, ``ops.image_embedding.timm(…).ref``; ``models/kinds.py`` lists those
            that can be trained.
        config: what the training is to be like.
        train: what is learned from; every sample has a label.
        evaluation: what is measured with; a fifth of ``train`` if not given, which is then not
            learned from.
        unlabelled: what the step in front of labels (``config.pretrain``, ``config.teacher``)
            learns from; the samples of ``train`` if not given.
        measured: the figures of other trainings like this one, which then learns from all samples
            and measures with none.
        is_shown: whether a result is worth a report, which takes seconds.
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
    check_unlabelled(config, unlabelled)
    if holds_pairs(ref, train):
        return train_pairs(
            ref,
            config,
            train,
            evaluation,
            model_card=model_card,
            callbacks=callbacks,
            on_error=on_error,
        )
    model = model_of(ref)
    about, abilities = model.about, model.abilities
    check_first_step(model, config)
    notes: list[str] = []
    if measured is not None:
        evaluation = train
    train, evaluation = checked_data(train, evaluation, config, notes)
    notes += noticed_of_data(train, evaluation if measured is None else None)
    folder = Path(config.output_dir)
    resume = resumed_checkpoint(config, folder / CHECKPOINTS)
    prepare_folder(folder, config, is_resumed=resume is not None)

    embed = partial(embedded, read=model.sample)
    known = embed(model.features, train, on_error=on_error, what="train on")
    queries = embed(model.features, evaluation, on_error=on_error, what="evaluate with")
    kept = train.subset(known.places)
    settings = settled(config, known.labels, len(train.classes), abilities)
    if settings.method == "linear_probe" and model.is_prepared(train):
        settings.reasons["transform"] = (
            f"not used, because features are computed once, of the {abilities.unit} as they are "
            "served"
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
    skipped = (*known.skipped, *queries.skipped)
    first = first_step(model, config, kept if unlabelled is None else unlabelled,
                       callbacks=callbacks, on_error=on_error)  # fmt: skip
    of_first: dict[str, float] | None = None
    begun_known, begun_queries = known, queries
    if first is not None:
        model = model_of(first.ref)
        begun_known = embed(model.features, kept, what="train on")
        begun_queries = embed(model.features, evaluation, what="evaluate with")
        of_first = measures.of(begun_known, begun_queries)
        notes += noticed_of_first(first, measures.metric, baseline, of_first, settings.reasons)
    result = learned(
        Task(
            model=model,
            config=config,
            settings=settings,
            train=kept,
            evaluation=evaluation,
            known=begun_known,
            queries=begun_queries,
            gallery=measures.gallery,
            measure=measures.of,
            folder=folder / CHECKPOINTS,
            resume=resume,
            callbacks=callbacks,
        )
    )
    target = folder / MODEL
    model.write(target, result, train.classes)
    forget_models()  # an earlier training may have left one at the same place, which is kept
    trained_ref = model.trained(target)
    after = embed(trained_ref, evaluation, what="evaluate with")
    gallery = embed(trained_ref, kept.subset(measures.gallery), what="search")
    metrics = measures.of(gallery, after)
    history = tuple(result.outcome.history)
    if measured is not None:
        baseline, metrics = dict(measured.baseline), dict(measured.metrics)
    else:
        notes += noticed_of_course(history, measures.metric, after)
    notes += _warnings(measures, baseline, metrics, skipped)
    write_card(
        target,
        model_card
        or card_text(
            about=about,
            operator=ref.name,
            unit=abilities.unit,
            method=settings.method,
            trained=result.trained,
            classes=train.classes,
            count=len(kept),
            measured=f"on {len(queries.labels)} others" if measured is None else measured.how,
            figures={name: (baseline[name], metrics[name]) for name in metrics},
            reasons=settings.reasons,
            settings={**config.to_dict(), "output_dir": folder.name},
            warnings=notes,
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
        pretrained=of_first,
        metrics=metrics,
        larger_is_better=measures.metric.larger_is_better,
        history=history,
        reasons=settings.reasons,
        warnings=tuple(notes),
        skipped=skipped,
    )
    if measured is None and is_shown(done):
        done = replace(done, report=folder / REPORT)
        write_training_report(
            folder / REPORT,
            ReportData(
                title=f"{about.name}, {settings.method}",
                subtitle=str(done),
                metric=done.metric,
                larger_is_better=done.larger_is_better,
                baseline=baseline,
                pretrained=of_first or {},
                metrics=metrics,
                warnings=notes,
                config={**config.to_dict(), "output_dir": folder.name},
                reasons=settings.reasons,
                history=history,
                classes=train.classes,
            ),
            model,
            trained_ref,
            evaluation,
            queries.subset(after.places),
            after,
            seed=config.seed,
        )
    logger.info("%s", done)
    return done


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
