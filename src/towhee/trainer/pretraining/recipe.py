"""Training without labels as the first step of ``op.train``."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.keeping import LAST_CHECKPOINT
from towhee.trainer.loop import Outcome
from towhee.trainer.metrics import Metric
from towhee.trainer.preparing import CHECKPOINTS, MODEL, prepare_folder
from towhee.trainer.pretraining.job import Done, Job
from towhee.trainer.trainable import Trainable
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

PRETRAINED = "pretrained"
"""The folder of the first step, in that of the training."""


def check_first_step(model: Trainable, config: TrainingConfig) -> None:
    """Refuse a first step that the model cannot make, before anything is computed.

    Raises:
        UsageError: which says why, and what would suit it.
    """
    if config.pretrain is not None and config.teacher is not None:
        raise UsageError(
            "pretrain and teacher are both a first step in front of labels: leave one out, or do "
            "the other before, by op.pretrain or op.distill"
        )
    if config.pretrain is not None:
        from towhee.trainer.pretraining.building import check_suits
        from towhee.trainer.pretraining.pretraining import named

        check_suits(model, named(config)[0])


def check_unlabelled(config: TrainingConfig, unlabelled: TrainingData | None) -> None:
    """Refuse data that nothing would learn from.

    Raises:
        UsageError: which says what would.
    """
    if unlabelled is not None and config.pretrain is None and config.teacher is None:
        raise UsageError(
            f"unlabelled has {len(unlabelled)} samples that nothing learns from: set "
            "pretrain='simclr' or another method, or a teacher, or leave unlabelled out"
        )


def first_step(
    model: Trainable,
    config: TrainingConfig,
    data: TrainingData,
    *,
    callbacks: Sequence[Any] = (),
    on_error: OnError = "skip",
) -> Done | None:
    """What ``config.pretrain`` or ``config.teacher`` asks for; ``None`` if neither does.

    A training that is resumed goes on with it, or takes what was finished.

    Args:
        model: behind the operator.
        config: of the whole training.
        data: what is learned from without looking at labels.
        callbacks: of Lightning.
        on_error: what becomes of samples that the teacher cannot read.

    Raises:
        UsageError: for a method that does not suit the model.
        TrainingError: if the training diverges, or the disk is full.
    """
    if config.pretrain is None and config.teacher is None:
        return None
    folder = Path(config.output_dir) / PRETRAINED
    is_resumed = config.resume_from is not None
    if is_resumed and (folder / MODEL).is_dir():
        logger.info("the first step was finished before: %s", folder / MODEL)
        return Done(
            model.trained(folder / MODEL), folder / MODEL, Outcome(), method=_method(config)
        )
    checkpoint = folder / CHECKPOINTS / LAST_CHECKPOINT
    resume = checkpoint if is_resumed and checkpoint.is_file() else None
    prepare_folder(folder, config, is_resumed=resume is not None)
    shutil.rmtree(folder / MODEL, ignore_errors=True)  # of an earlier training
    if config.pretrain is not None:
        from towhee.trainer.pretraining.pretraining import named, run_pretraining

        method, arguments = named(config)
        return run_pretraining(
            Job(model, config, method, arguments, data, folder, resume, callbacks)
        )
    from towhee.trainer.distillation.teacher import course_of, teacher_ref
    from towhee.trainer.distillation.teaching import DISTILLATION, Teaching, run_teaching

    assert config.teacher is not None  # as said above
    course = course_of(config.teacher)
    match = course.pop("match", "similarities")
    teaching = Teaching(teacher_ref(config.teacher, model.ref), match, on_error=on_error)
    job = Job(
        model, config, DISTILLATION, course | teaching.arguments, data, folder, resume, callbacks
    )
    return run_teaching(job, teaching)


def noticed_of_first(
    done: Done,
    metric: Metric,
    before: Mapping[str, float],
    after: Mapping[str, float],
    reasons: dict[str, str],
) -> list[str]:
    """What the user should know of a first step, measured as everything else is.

    Args:
        done: the step.
        metric: that decides.
        before: measures of the untouched model.
        after: the same behind the step.
        reasons: is told what it gave.
    """
    old, new = before[metric.name], after[metric.name]
    logger.info("in front of the labels: %s %.4f", metric.name, new)
    reasons["pretrain" if done.method != "distillation" else "teacher"] = (
        f"{done.method} took {metric.name} from {old:.4f} to {new:.4f} before any label was seen"
    )
    found = [*done.warnings]
    if not metric.is_better(new, old):
        found.append(no_help(done.method, metric.name, old, new))
    return found


def no_help(method: str, metric: str, before: float, after: float) -> str:
    """What is said of a step that made nothing better."""
    return (
        f"{method} did not help: {metric} is {after:.4f} after it, and {before:.4f} with the "
        "untouched model; give it more samples or epochs, another method, or leave it out"
    )


def _method(config: TrainingConfig) -> str:
    from towhee.trainer.pretraining.pretraining import named

    return named(config)[0] if config.pretrain is not None else "distillation"
