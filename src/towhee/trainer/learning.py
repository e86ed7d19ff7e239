"""From a model, data and settings to a trained model, by one of the methods."""

from __future__ import annotations

from towhee.trainer.probing import probed
from towhee.trainer.random_numbers import seeded
from towhee.trainer.task import Learned, Task
from towhee.trainer.tuning import tuned


def learned(task: Task) -> Learned:
    """Train by the method that was settled.

    Raises:
        TrainingError: if the training diverges, or the disk is full.
    """
    with seeded(task.config.seed):
        return probed(task) if task.settings.method == "linear_probe" else tuned(task)
