"""A training at the learning rate that a sweep suggests."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from towhee.trainer.loop import Course, Run
from towhee.trainer.rate_finding.sweep import found_rate

if TYPE_CHECKING:
    from towhee.trainer.pairs.task import PairTask
    from towhee.trainer.task import Task

logger = logging.getLogger(__name__)

RATES = "learning_rates.html"
"""The curve of a sweep, in the folder of the training."""

TOLD = "on_rate_found"
"""The method of a callback that is told what was found."""


def take_found_rate(task: Task | PairTask, course: Course, spent: Course, run: Run) -> None:
    """Find the learning rate of a course, and set its optimizer to it.

    Args:
        task: whose reasons say afterwards why it is that one.
        course: what will be trained.
        spent: the same with another optimizer and other batches, for the sweep.
        run: how, and on what.
    """
    usual = task.settings.lr
    finding = found_rate(spent, run, usual)
    for callback in task.callbacks:
        getattr(callback, TOLD, lambda finding: None)(finding)
    (task.folder.parent / RATES).write_text(finding.html(), "utf-8")
    lr = usual if finding.lr is None else finding.lr
    task.settings.reasons["lr"] = f"{lr:.2g}, because {finding.reason}"
    if finding.lr is None:
        logger.warning("lr stays %.2g: %s", usual, finding.reason)
    else:
        logger.info("lr: %s", task.settings.reasons["lr"])
    for group in course.optimizer.param_groups:
        group["lr"] = lr * (group["lr"] / usual)
