"""``train``: a better model for the user's own data, behind the same operator."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.beginning import begin
from towhee.trainer.data import TrainingData
from towhee.trainer.ending import end, tell_report
from towhee.trainer.learning import learned
from towhee.trainer.pairs import holds_pairs, train_pairs
from towhee.trainer.preparing import CHECKPOINTS
from towhee.trainer.pretraining.recipe import check_unlabelled
from towhee.trainer.result import Measured, TrainingResult
from towhee.trainer.starting import start_of
from towhee.trainer.task import Task
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
    begun = begin(ref, config, train, evaluation, measured=measured, on_error=on_error)
    start = start_of(begun, unlabelled, callbacks=callbacks, on_error=on_error)
    result = learned(
        Task(
            model=start.model,
            config=config,
            settings=begun.settings,
            train=begun.train,
            evaluation=begun.evaluation,
            known=start.known,
            queries=start.queries,
            gallery=begun.measures.gallery,
            measure=begun.measures.of,
            folder=begun.folder / CHECKPOINTS,
            resume=begun.resume,
            callbacks=callbacks,
        )
    )
    done, after = end(begun, start, result, measured=measured, model_card=model_card)
    if measured is None and is_shown(done):
        done = tell_report(begun, start, done, after)
    logger.info("%s", done)
    return done
