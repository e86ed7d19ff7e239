"""What every method of training is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import Embedded
from towhee.trainer.loop import Outcome
from towhee.trainer.settings import Settings
from towhee.trainer.trainable import Trainable
from towhee.trainer.training_config import TrainingConfig

if TYPE_CHECKING:
    import torch

Measure = Callable[[Embedded, Embedded], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Learned:
    """A trained model.

    Attributes:
        model: the network that the model's ``load`` gave, trained, in evaluation mode.
        projection: of its features; ``None`` for none.
        classifier: of its features, where one was learned.
        outcome: how the loop went.
        trained: what was trained, in words.
    """

    model: Any
    projection: torch.nn.Linear | None
    classifier: torch.nn.Linear | None
    outcome: Outcome
    trained: str


@dataclass(frozen=True, slots=True)
class Task:
    """What all methods are given.

    Attributes:
        model: behind the operator.
        config: what the user says.
        settings: what it became.
        train: the samples that can be read.
        evaluation: the same of those to measure with.
        known: the features of ``train``.
        queries: the features of ``evaluation``.
        gallery: places in ``train`` among which neighbours are searched.
        measure: the measures for a gallery and queries.
        folder: for all output.
        resume: the checkpoint to go on from.
        callbacks: of Lightning.
    """

    model: Trainable
    config: TrainingConfig
    settings: Settings
    train: TrainingData
    evaluation: TrainingData
    known: Embedded
    queries: Embedded
    gallery: npt.NDArray[np.int64]
    measure: Measure
    folder: Path
    resume: Path | None
    callbacks: Sequence[Any]
