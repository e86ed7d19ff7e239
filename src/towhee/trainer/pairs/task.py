"""What a training on pairs is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from towhee.operators.base import OperatorRef
from towhee.trainer.loop import Outcome
from towhee.trainer.metrics import Metric
from towhee.trainer.pairs.batches import PairBatches
from towhee.trainer.pairs.pair_data import Pairs
from towhee.trainer.pairs.settings import PairAbilities
from towhee.trainer.pairs.vectors import PairVectors
from towhee.trainer.settings import Settings
from towhee.trainer.trainable import About
from towhee.trainer.training_config import TrainingConfig


@dataclass(frozen=True, slots=True)
class PairTask:
    """What every way to train on pairs is given.

    Attributes:
        config: what the user says.
        settings: what it became.
        train: the pairs that can be read.
        evaluation: the same of those to measure with.
        known: the vectors of ``train`` by the untouched model.
        queries: the vectors of ``evaluation``.
        metric: by which the best weights are chosen.
        measure: all measures of some vectors of ``evaluation``.
        folder: for checkpoints.
        resume: the checkpoint to go on from.
        callbacks: of the library that runs the loop.
    """

    config: TrainingConfig
    settings: Settings
    train: Pairs
    evaluation: Pairs
    known: PairVectors
    queries: PairVectors
    metric: Metric
    measure: Callable[[PairVectors], dict[str, float]]
    folder: Path
    resume: Path | None
    callbacks: Sequence[Any]

    def batches(self) -> PairBatches:
        """The places of pairs that share a batch, epoch by epoch."""
        return pair_batches(
            self.known,
            self.settings.batch_size,
            self.config,
        )


def pair_batches(known: PairVectors, size: int, config: TrainingConfig) -> PairBatches:
    """The batches of pairs: of scored ones freely, of others without a value twice."""
    if known.scores is not None:
        values: npt.NDArray[np.int64] = np.arange(len(known.places))[:, None]
    else:
        shared = known.vectors[0] is known.vectors[1]
        gap = 0 if shared else len(known.vectors[0])
        values = np.stack([known.rows[0], *(rows + gap for rows in known.rows[1:])], axis=1)
    return PairBatches(values, size, config.seed, drop_last=config.dataloader_drop_last)


@dataclass(frozen=True, slots=True)
class LearnedPairs:
    """A model that was trained on pairs.

    Attributes:
        write: writes it into a folder that is there.
        outcome: how the loop went.
        trained: what was trained, in words.
    """

    write: Callable[[Path], None]
    outcome: Outcome
    trained: str


class PairModel(Protocol):
    """The model behind an operator that can be trained on pairs."""

    @property
    def about(self) -> About:
        """What its card says."""
        ...

    @property
    def abilities(self) -> PairAbilities:
        """What can be asked of it."""
        ...

    def operators(self, pairs: Pairs) -> tuple[OperatorRef, ...]:
        """The operator of each side.

        Raises:
            UsageError: for pairs of another kind of values.
        """
        ...

    def trained(self, folder: Path) -> PairModel:
        """The same with what a folder holds in place of its weights."""
        ...

    @property
    def ref(self) -> OperatorRef:
        """The operator."""
        ...

    def learned(self, task: PairTask) -> LearnedPairs:
        """Train it.

        Raises:
            TrainingError: if the training diverges, or the disk is full.
        """
        ...

    def resumed(self, config: TrainingConfig, checkpoints: Path) -> Path | None:
        """The checkpoint to go on from, ``None`` to begin.

        Raises:
            UsageError: if there is none.
        """
        ...
