"""``distill``: a small model that finds alike what a large one finds alike."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.distillation.agreement import RANKS, agreement
from towhee.trainer.distillation.teacher import teacher_ref, teacher_setting
from towhee.trainer.distillation.teaching import DISTILLATION, Teaching, run_teaching
from towhee.trainer.embedding import embedded
from towhee.trainer.models.kinds import model_of
from towhee.trainer.preparing import CHECKPOINTS, prepare_folder
from towhee.trainer.pretraining.card import pretrained_card
from towhee.trainer.pretraining.job import Job
from towhee.trainer.pretraining.recipe import no_help
from towhee.trainer.pretraining.result import PretrainingResult
from towhee.trainer.resuming import resumed_checkpoint
from towhee.trainer.trainable import Trainable
from towhee.trainer.trained_folder import write_card
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

_HELD_OUT, _MOST_HELD_OUT = 0.1, 500


def distill(
    ref: OperatorRef,
    config: TrainingConfig,
    data: TrainingData,
    teacher: Any = None,
    evaluation: TrainingData | None = None,
    *,
    match: str = "vectors",
    label_weight: float = 0.0,
    callbacks: Sequence[Any] = (),
    on_error: OnError = "skip",
) -> PretrainingResult:
    """Train the model of an operator to agree with another operator, on samples without labels.

    The teacher embeds the samples once, by the engine that serves it. The student sees them anew
    each epoch.

    Args:
        ref: the student.
        config: what the training is to be like; its ``pretrain``, ``method`` and ``loss`` are not
            asked for.
        data: samples; their labels are looked at only under ``label_weight``.
        teacher: an operator of the same kind of data, the name or the folder of a model for the
            student's operator; ``config.teacher`` if not given.
        evaluation: samples to measure the agreement with; a tenth of ``data``, and 500 at most,
            if not given, which are then not learned from.
        match: ``"vectors"`` for the teacher's own vectors, by a projection that is kept behind
            the student's features, so that one can be searched for among the other's;
            ``"similarities"`` for vectors of the student's own length that are alike where the
            teacher's are.
        label_weight: of the cross-entropy of labels beside the teacher's loss, for samples that
            have one.
        callbacks: of Lightning.
        on_error: ``"skip"`` goes on without samples that cannot be read, and says which;
            ``"raise"`` stops at the first.

    Returns:
        Where the student is, and how much better it agrees: ``teacher_ranks`` is the rank
        correlation of the likeness of all pairs, ``teacher_cosine`` the mean cosine to the
        teacher's vectors, both of samples that were not learned from.

    Raises:
        UsageError: for a teacher, an operator or settings that do not go together.
        OperatorError: for a sample that cannot be read, under ``on_error="raise"``.
        TrainingError: if the training diverges, or the disk is full.

    Example:
        >>> from towhee import ops
        >>> from towhee.trainer import dataset
        >>> student = ops.image_embedding.timm(model_name="mobilenetv2_100")
        >>> teacher = ops.image_embedding.timm(model_name="vit_base_patch16_224")
        >>> photos = dataset("photos/", label=False)  # doctest: +SKIP
        >>> print(distill(student.ref, TrainingConfig(), photos, teacher))  # doctest: +SKIP
        teacher_ranks 0.5210 → 0.7430 by distillation, in output_dir/model
    """
    model = model_of(ref)
    if config.lr == "find":
        raise UsageError("lr='find' looks for a rate by labels: name one for a distillation")
    chosen = config.teacher if teacher is None else teacher
    if chosen is None:
        raise UsageError("there is no teacher: pass an operator, ops.image_embedding.timm(…)")
    of_teacher = getattr(chosen, "ref", chosen)
    if not isinstance(of_teacher, OperatorRef):
        of_teacher = teacher_ref(teacher_setting(chosen), ref)
    teaching = Teaching(of_teacher, match, label_weight, on_error)
    folder = Path(config.output_dir)
    resume = resumed_checkpoint(config, folder / CHECKPOINTS)
    prepare_folder(folder, config, is_resumed=resume is not None)
    if evaluation is None:
        share = min(_HELD_OUT, _MOST_HELD_OUT / max(1, len(data)))
        data, evaluation = data.split(share, config.seed)
    measured = partial(_measured, model, teaching, evaluation)
    baseline = measured(model.ref)
    given = {"batch_size": config.batch_size, "epoch_num": config.epoch_num, "lr": config.lr}
    arguments = {name: value for name, value in given.items() if value is not None}
    done = run_teaching(
        Job(
            model,
            config,
            DISTILLATION,
            arguments | teaching.arguments,
            data,
            folder,
            resume,
            callbacks,
        ),
        teaching,
    )
    metrics = measured(done.ref)
    warnings = [*done.warnings]
    if not metrics[RANKS] > baseline[RANKS]:
        warnings.append(no_help(DISTILLATION, RANKS, baseline[RANKS], metrics[RANKS]))
    for warning in warnings:
        logger.warning("%s", warning)
    result = PretrainingResult(
        folder=done.folder,
        ref=done.ref,
        method=DISTILLATION,
        metric=RANKS,
        baseline=baseline,
        metrics=metrics,
        history=tuple(done.outcome.history),
        reasons=done.reasons,
        warnings=tuple(warnings),
    )
    write_card(
        done.folder,
        pretrained_card(
            model,
            how=f"distillation from {teaching.ref}",
            count=len(data),
            figures={name: (baseline.get(name, np.nan), metrics[name]) for name in metrics},
            reasons=done.reasons,
            settings={**config.to_dict(), "output_dir": folder.name, **teaching.arguments},
            warnings=warnings,
        ),
    )
    logger.info("%s", result)
    return result


def _measured(
    model: Trainable, teaching: Teaching, evaluation: TrainingData, ref: OperatorRef
) -> dict[str, float]:
    """How well an operator agrees with the teacher on samples that both can read."""
    ours, theirs = (
        embedded(each, evaluation, read=model.sample, what="evaluate with")
        for each in (ref, teaching.ref)
    )
    both = np.intersect1d(ours.places, theirs.places)
    if len(both) < 3:
        raise UsageError(
            f"{len(both)} samples to evaluate with are too few to compare their likeness; give more"
        )
    return agreement(ours.subset(both).vectors, theirs.subset(both).vectors)
