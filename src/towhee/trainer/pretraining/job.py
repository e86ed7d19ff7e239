"""What training without labels is given, what a method makes of it, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.trainer.data import TrainingData
from towhee.trainer.loop import Outcome
from towhee.trainer.settings import Settings
from towhee.trainer.trainable import Rows, Trainable
from towhee.trainer.training_config import TrainingConfig

if TYPE_CHECKING:
    import torch

    from towhee.operators.base import OperatorRef
    from towhee.trainer.pretraining.method import Method


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be trained.

    Attributes:
        model: behind the operator.
        config: what the user says.
        method: its name.
        arguments: of the method.
        data: samples, whose labels need not be there.
        folder: for all output.
        resume: the checkpoint to go on from.
        callbacks: of Lightning.
    """

    model: Trainable
    config: TrainingConfig
    method: str
    arguments: Mapping[str, Any]
    data: TrainingData
    folder: Path
    resume: Path | None = None
    callbacks: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """A method, made ready.

    Attributes:
        method: what the loop trains.
        network: of the model, which is a part of it.
        vectors: gives the network's vectors.
        rows: of the samples, as the method takes them.
        projection: behind the vectors, which stays; ``None`` for none.
        classifier: of the vectors in front of the projection, where labels were there too.
    """

    method: Method
    network: Any
    vectors: torch.nn.Module
    rows: Rows
    projection: torch.nn.Linear | None = None
    classifier: torch.nn.Linear | None = None


Build = Callable[[Job, Settings], Built]


@dataclass(frozen=True, slots=True)
class Done:
    """What was trained.

    Attributes:
        ref: the operator with the weights.
        folder: where they are.
        outcome: how the loop went; empty of a step that an earlier run had finished.
        method: by which it was trained.
        reasons: why what was left open became what it is.
        warnings: what the user should know.
    """

    ref: OperatorRef
    folder: Path
    outcome: Outcome
    method: str
    reasons: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
