"""What a training of a network is told, what it gives, and how it looks at the network."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@dataclass
class Course:
    """What the loop is told.

    Attributes:
        network: gives vectors ``(n, d)`` for what the batches hold.
        loss: of vectors and labels.
        optimizer: made of the weights that are trained.
        factor: the share of the learning rate at a step of the optimizer.
        batches: of training, ``(inputs, labels, messages of what could not be read)``, by a
            ``torch.utils.data.DataLoader`` whose ``batch_sampler`` is an ``EpochBatches``.
        evaluate: measures of the network as it stands, in evaluation mode.
        metric: the one of them by which the best weights are chosen.
        larger_is_better: whether it should rise.
        folder: where checkpoints and the history go.
        every_epoch: whether the end of an epoch is an occasion to evaluate.
        every_steps: of the optimizer, after which to evaluate; 0 for none.
        mix: changes a batch's inputs and labels (mixup); ``None`` for no change.
        seed: of all random numbers.
    """

    network: torch.nn.Module
    loss: torch.nn.Module
    optimizer: torch.optim.Optimizer
    factor: Callable[[int], float]
    batches: Any
    evaluate: Callable[[torch.nn.Module], dict[str, float]]
    metric: str
    folder: Path
    larger_is_better: bool = True
    every_epoch: bool = True
    every_steps: int = 0
    mix: Callable[[Any, Any], tuple[Any, Any]] | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """How long a course runs, and on what.

    Attributes:
        epochs: at most.
        accumulation: batches that make one step of the optimizer.
        max_grad_norm: what gradients are scaled down to; ``None`` for no bound.
        precision: Lightning's, ``"32-true"`` or ``"bf16-mixed"``.
        accelerator: Lightning's, ``"cpu"``, ``"cuda"`` or ``"auto"``.
        devices: how many of them, or which.
        patience: evaluations without a better measure after which it ends, or epochs without a
            lower loss; ``None`` for never.
        monitor: the measure, or ``"loss"``.
        load_best: whether the best weights are taken at the end, and not the last.
        every_n_epochs: after which the state is kept, so that it can be resumed; 0 for never.
        every_n_steps: of the optimizer, after which it is kept within an epoch too; ``None`` for
            once a minute.
        resume_from: a checkpoint to go on from.
        tensorboard: whether to write for TensorBoard.
        print_steps: steps between two lines of the log, and two points of the curves.
        has_bar: whether a progress bar is shown.
    """

    epochs: int
    accumulation: int = 1
    max_grad_norm: float | None = None
    precision: str = "32-true"
    accelerator: str = "cpu"
    devices: Any = 1
    patience: int | None = None
    load_best: bool = True
    monitor: str = "loss"
    every_n_epochs: int = 1
    every_n_steps: int | None = None
    resume_from: Path | None = None
    tensorboard: Mapping[str, Any] | None = None
    print_steps: int = 50
    has_bar: bool = False

    @property
    def device_count(self) -> int:
        """How many devices take part."""
        return self.devices if isinstance(self.devices, int) else len(self.devices)


@dataclass
class Outcome:
    """How far a loop has come.

    Attributes:
        history: one mapping an evaluation.
        best: the best measure.
        best_epoch: the epoch whose weights gave it, counted from 1.
        steps: of the optimizer.
        epochs: that were finished.
        waited: evaluations, or epochs, without a gain.
        least_loss: the lowest mean loss of an epoch.
    """

    history: list[dict[str, Any]] = field(default_factory=list)
    best: float = math.nan
    best_epoch: int = 0
    steps: int = 0
    epochs: int = 0
    waited: int = 0
    least_loss: float = math.inf

    def add(self, row: dict[str, Any]) -> None:
        """Take a row of the history; of one step there is one."""
        if self.history and self.history[-1]["step"] == row["step"]:
            row = self.history.pop() | row
        self.history.append(row)

    def gain(self, value: float, *, larger_is_better: bool) -> float:
        """How much better a measure is than the best so far; infinite for the first."""
        if math.isnan(self.best):
            return math.inf
        return value - self.best if larger_is_better else self.best - value


def evaluated(
    network: torch.nn.Module, evaluate: Callable[[torch.nn.Module], dict[str, float]]
) -> dict[str, float]:
    """What an evaluation gives of a network, which is left exactly as it was.

    It runs in evaluation mode and without gradients, so neither weights nor the statistics of
    batch norms change; each module's mode is put back.
    """
    import torch

    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        with torch.inference_mode():
            return evaluate(network)
    finally:
        for module, mode in modes:
            module.training = mode
