"""``train_pairs``: a better model for what belongs together, behind the same operator."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from towhee.engine.operators import forget_models
from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.pairs.card import pair_card
from towhee.trainer.pairs.measuring import PairMeasures
from towhee.trainer.pairs.pair_data import Pairs, has_tuples, pairs_of
from towhee.trainer.pairs.reporting import noticed_of_pairs, write_pair_report
from towhee.trainer.pairs.sentence_resuming import remove_checkpoints
from towhee.trainer.pairs.settings import settled_pairs
from towhee.trainer.pairs.task import PairModel, PairTask, pair_batches
from towhee.trainer.pairs.vectors import embedded_pairs
from towhee.trainer.preparing import CHECKPOINTS, MODEL, prepare_folder
from towhee.trainer.random_numbers import seeded
from towhee.trainer.reporting import REPORT, noticed_of_outcome, shown_measures
from towhee.trainer.result import TrainingResult
from towhee.trainer.resuming import check_course
from towhee.trainer.trained_folder import whole_folder, write_card
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

_HELD_OUT = 0.2
"""The share of the pairs that is measured with, where nothing else is given."""

_KINDS = {
    "text_embedding.sentence_transformers": "sentence_model:SentenceModel",
    "image_text_embedding.clip": "dual_model:DualModel",
    "image_text_embedding.siglip": "dual_model:DualModel",
    "image_text_embedding.open_clip": "dual_model:DualModel",
}
"""The operators that can be trained on pairs, and their models, in this folder."""


def holds_pairs(ref: OperatorRef, data: TrainingData) -> bool:
    """Whether an operator is to be trained on pairs."""
    return ref.name in _KINDS and has_tuples(data)


def resumed_pairs(ref: OperatorRef, config: TrainingConfig, checkpoints: Path) -> Path | None:
    """The checkpoint that a training on pairs goes on from, ``None`` to begin.

    Raises:
        UsageError: if ``config.resume_from`` names none.
    """
    return _model(ref).resumed(config, checkpoints)


def train_pairs(
    ref: OperatorRef,
    config: TrainingConfig,
    train: TrainingData,
    evaluation: TrainingData | None = None,
    *,
    model_card: str | None = None,
    callbacks: Sequence[Any] = (),
    on_error: OnError = "skip",
) -> TrainingResult:
    """Fine-tune the model of an operator on values that belong together.

    Args:
        ref: the operator.
        config: what the training is to be like.
        train: samples of two values that belong together, of three whose last does not, or of two
            with a score that says how alike they are.
        evaluation: what is measured with; a fifth of ``train`` if not given. It may be of another
            kind: of pairs with scores the order is measured, of others what is found.
        model_card: the content of ``README.md`` beside the weights.
        callbacks: of transformers for texts, of Lightning for images and texts.
        on_error: ``"skip"`` goes on without pairs that cannot be read, and says which.

    Returns:
        Where the trained model is, how good it is, and why each choice was made.

    Raises:
        UsageError: for an operator, pairs or settings that cannot be trained with.
        OperatorError: for a value that cannot be read, under ``on_error="raise"``.
        TrainingError: if the training diverges, or the disk is full.
    """
    model = _model(ref)
    known_pairs, measured_with = _checked(train, evaluation, config)
    refs = model.operators(known_pairs)
    model.operators(measured_with)
    notes = noticed_of_pairs(known_pairs, measured_with)
    folder = Path(config.output_dir)
    checkpoints = folder / CHECKPOINTS
    resume = model.resumed(config, checkpoints)
    prepare_folder(folder, config, is_resumed=resume is not None)
    if resume is None:
        remove_checkpoints(checkpoints)

    known = embedded_pairs(refs, known_pairs, on_error=on_error, what="train on")
    queries = embedded_pairs(refs, measured_with, on_error=on_error, what="evaluate with")
    kept, measured_with = known_pairs.subset(known.places), measured_with.subset(queries.places)
    settings = settled_pairs(
        config,
        (kept.kind, measured_with.kind),
        len(kept),
        model.abilities,
        lambda size: len(pair_batches(known, size, config)),
    )
    for name, reason in settings.reasons.items():
        logger.info("%s: %s", name, reason)
    check_course(checkpoints, config, settings, kept.keys, bool(resume))
    measures = PairMeasures(settings.metric, measured_with.kind)
    baseline = measures.of(queries)
    logger.info("the untouched model: %s", shown_measures(baseline))
    task = PairTask(
        config=config,
        settings=settings,
        train=kept,
        evaluation=measured_with,
        known=replace(known, places=np.arange(len(kept))),
        queries=replace(queries, places=np.arange(len(measured_with))),
        metric=measures.metric,
        measure=measures.of,
        folder=checkpoints,
        resume=resume,
        callbacks=callbacks,
    )
    with seeded(config.seed):
        result = model.learned(task)
    target = folder / MODEL
    with whole_folder(target) as inside:
        result.write(inside)
    forget_models()  # an earlier training may have left one at the same place, which is kept
    trained = model.trained(target)
    after = embedded_pairs(trained.operators(measured_with), measured_with, what="evaluate with")
    metrics = measures.of(after)
    skipped = (*known.skipped, *queries.skipped)
    notes += noticed_of_outcome(measures.metric, baseline, metrics, skipped, "pairs")
    for note in notes:
        logger.warning("%s", note)
    done = TrainingResult(
        folder=target,
        ref=trained.ref,
        method=settings.method,
        metric=measures.metric.name,
        baseline=baseline,
        metrics=metrics,
        larger_is_better=measures.metric.larger_is_better,
        history=tuple(result.outcome.history),
        reasons=settings.reasons,
        warnings=tuple(notes),
        skipped=skipped,
        report=folder / REPORT,
    )
    counts = (len(kept), len(measured_with))
    write_card(target, model_card or pair_card(model, done, config, kept, counts, result.trained))
    write_pair_report(done, config, model.about.name, measured_with, task.queries, after)
    logger.info("%s", done)
    return done


def _model(ref: OperatorRef) -> PairModel:
    name, _, attribute = _KINDS[ref.name].partition(":")
    kind = getattr(importlib.import_module(f"towhee.trainer.pairs.{name}"), attribute)
    made: PairModel = kind.of(ref)
    return made


def _checked(
    train: TrainingData, evaluation: TrainingData | None, config: TrainingConfig
) -> tuple[Pairs, Pairs]:
    """The pairs to train on and to measure with."""
    if evaluation is None:
        if len(train) < 10:
            raise UsageError(
                f"{len(train)} pairs are too few to hold some out that tell whether a training "
                "helped: give more, or eval_dataset=…"
            )
        train, evaluation = train.split(_HELD_OUT, config.seed)
        logger.info("measured with a fifth of the pairs, %d held out", len(evaluation))
    if not len(evaluation) or not has_tuples(evaluation):
        raise UsageError("the samples to evaluate with are no pairs, as those to train on are")
    return pairs_of(train, "train on"), pairs_of(evaluation, "evaluate with")
