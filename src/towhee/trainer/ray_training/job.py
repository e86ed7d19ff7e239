"""What the workers of a cluster are told of a training, and of a search."""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from towhee.engine.ray.pickling import pickled
from towhee.engine.ray.records import level_of_caller
from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.hyperparameters.trying import Trained
from towhee.trainer.ray_training.placement import Workers
from towhee.trainer.training_config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Job:
    """What the workers of a training are told.

    Attributes:
        ref: the operator.
        config: as the caller says it.
        train: what is learned from.
        evaluation: what is measured with.
        unlabelled: what a first step learns from.
        model_card: the text beside the weights.
        callbacks: of Lightning.
        on_error: what becomes of samples that cannot be read.
        workers: how many share it, and what each has.
        directory: where the caller's relative paths begin.
        level: from which on the caller wants to know what is logged.
    """

    ref: OperatorRef
    config: TrainingConfig
    train: TrainingData
    evaluation: TrainingData | None
    unlabelled: TrainingData | None
    model_card: str | None
    callbacks: Sequence[Any]
    on_error: OnError
    workers: Workers
    directory: str = field(default_factory=os.getcwd)
    level: int = field(default_factory=level_of_caller)


@dataclass(frozen=True, slots=True)
class SearchJob:
    """What the workers of a search are told.

    Attributes:
        what: all trials have.
        workers: how many trials at once, and what each has.
        folder: of the trials, as the caller calls it.
        directory: where the caller's relative paths begin.
        level: from which on the caller wants to know what is logged.
    """

    what: Trained
    workers: Workers
    folder: str
    directory: str = field(default_factory=os.getcwd)
    level: int = field(default_factory=level_of_caller)


def packed_job(job: Job | SearchJob) -> bytes:
    """A job for other processes.

    Raises:
        UsageError: for what cannot be sent to another process.
    """
    try:
        return pickled(job)
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        raise UsageError(
            f"the training cannot be sent to the cluster: {error}; the data, its transform or a "
            "callback holds something that stays here (an open file, a lock), so make it there"
        ) from error


def enter(directory: str, workers: Workers) -> None:
    """Make this process one that works for a caller: its directory, and its processors.

    Args:
        directory: of the caller; where there is none, relative paths lead nowhere.
        workers: what this one was given.
    """
    from towhee.engine.ray.workplace import become_worker
    from towhee.models.machine import use_cores
    from towhee.trainer.importing import import_lightning

    import_lightning()  # which cures torchvision before anything that was pickled imports it
    become_worker()
    use_cores(workers.cores)
    if os.path.isdir(directory):
        os.chdir(directory)
