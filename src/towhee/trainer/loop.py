"""The training of a network, which Lightning runs."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.errors import TrainingError
from towhee.trainer.adaptation import set_training_mode
from towhee.trainer.importing import import_lightning
from towhee.trainer.random_numbers import seed_all

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)

BEST, LAST = "best", "last"
HISTORY = "metrics.jsonl"


class EpochOrder:
    """The places of a data set in a new order every epoch, as ``(epoch, place)``.

    The order depends on the seed and the epoch alone, so that a resumed training goes through the
    same samples.
    """

    def __init__(self, length: int, seed: int, epoch: int = 0) -> None:
        self._length, self._seed = length, seed
        self.epoch = epoch

    def __len__(self) -> int:
        return self._length

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning before an epoch."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[tuple[int, int]]:
        order = np.random.default_rng([self._seed, self.epoch]).permutation(self._length)
        return ((self.epoch, int(place)) for place in order)


@dataclass
class Course:
    """What the loop is told.

    Attributes:
        network: gives vectors ``(n, d)`` for pixels ``(n, 3, height, width) float32``.
        loss: of vectors and labels.
        optimizer: made of the weights that are trained.
        factor: the share of the learning rate at a step of the optimizer.
        batches: of training, ``(pixels, labels, messages of what could not be read)``.
        evaluate: measures of the network as it stands, in evaluation mode.
        metric: the one of them by which the best weights are chosen.
        larger_is_better: whether it should rise.
        folder: where checkpoints and the history go.
        every_epoch: whether the end of an epoch is an occasion to evaluate.
        every_steps: of the optimizer, after which to evaluate; 0 for none.
        mix: changes a batch's pixels and labels (mixup); ``None`` for no change.
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


@dataclass
class Outcome:
    """How far a loop has come.

    Attributes:
        history: one mapping an evaluation.
        best: the best measure.
        best_epoch: the epoch whose weights gave it, counted from 1.
        steps: of the optimizer.
        epochs: that were finished.
    """

    history: list[dict[str, Any]] = field(default_factory=list)
    best: float = math.nan
    best_epoch: int = 0
    steps: int = 0
    epochs: int = 0


def lightning_module(course: Course) -> Any:
    """The course as Lightning takes it."""
    lightning = import_lightning()
    import torch

    class FineTuning(lightning.LightningModule):  # type: ignore[misc,name-defined]  # Any
        def __init__(self) -> None:
            super().__init__()
            self.network, self.loss = course.network, course.loss
            self.losses: list[float] = []
            self.outcome = Outcome()

        def train(self, mode: bool = True) -> Any:
            super().train(mode)
            if mode:
                set_training_mode(self.network)
            return self

        def on_train_epoch_start(self) -> None:
            # Whatever drew random numbers before, an epoch begins with its own: so a resumed
            # training goes on as one that was not interrupted.
            seed_all(course.seed, self.current_epoch)
            self.losses = []
            self.train()

        def training_step(self, batch: Any, index: int) -> Any:
            pixels, labels, messages = batch
            for message in messages:
                logger.warning("skipped in epoch %d: %s", self.current_epoch + 1, message)
            if pixels is None:
                return None
            if course.mix is not None and len(pixels) > 1:
                pixels, labels = course.mix(pixels, labels)
            loss = self.loss(self.network(pixels), labels)
            value = float(loss.detach())
            if not math.isfinite(value):
                raise diverged(value, self.current_epoch + 1, index + 1, self._rate())
            self.losses.append(value)
            self.log("loss", value, prog_bar=True, logger=True, batch_size=len(labels))
            self.log("lr", self._rate(), prog_bar=True, logger=True, batch_size=len(labels))
            return loss

        def _rate(self) -> float:
            return max(float(group["lr"]) for group in self.optimizers().param_groups)

        def configure_optimizers(self) -> Any:
            schedule = torch.optim.lr_scheduler.LambdaLR(course.optimizer, course.factor)
            return {
                "optimizer": course.optimizer,
                "lr_scheduler": {"scheduler": schedule, "interval": "step"},
            }

        def train_dataloader(self) -> Any:
            return course.batches

        def on_train_batch_end(self, outputs: Any, batch: Any, index: int) -> None:
            is_new = self.global_step > self.outcome.steps
            self.outcome.steps = self.global_step
            if course.every_steps and is_new and self.global_step % course.every_steps == 0:
                self.outcome.history.append(self._row(self._measure()))

        def on_train_epoch_end(self) -> None:
            measures = self._measure() if course.every_epoch else {}
            self.outcome.history.append(self._row(measures))
            self.outcome.epochs = self.current_epoch + 1
            write_history(course.folder.parent, self.outcome.history)
            for name, value in measures.items():
                self.log(name, value, prog_bar=True, logger=True)
            if self.losses:  # what early stopping looks at, which is asked for after this
                self.log("mean_loss", float(np.mean(self.losses)), logger=True)

        def _measure(self) -> dict[str, float]:
            measures = evaluated(self.network, course.evaluate)
            value, outcome = measures[course.metric], self.outcome
            # Of equals the later: few samples have many, and its learning rate was smaller.
            better = value >= outcome.best if course.larger_is_better else value <= outcome.best
            if better or math.isnan(outcome.best):
                outcome.best, outcome.best_epoch = value, self.current_epoch + 1
                save_weights(course.folder / BEST, self)
            return measures

        def _row(self, measures: dict[str, float]) -> dict[str, Any]:
            return {
                "epoch": self.current_epoch + 1,
                "step": self.global_step,
                "loss": float(np.mean(self.losses)) if self.losses else None,
                "lr": self._rate(),
                **measures,
            }

        def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
            checkpoint["outcome"] = asdict(self.outcome)

        def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
            self.outcome = Outcome(**checkpoint["outcome"])

    return FineTuning()


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


def diverged(value: float, epoch: int, step: int, rate: float) -> TrainingError:
    """The error of a loss that is no number."""
    return TrainingError(
        f"the loss became {value} in epoch {epoch}, step {step}, at a learning rate of {rate:.3g}: "
        f"the training diverged. Lower lr, to {rate / 10:.1g} for a start, warm up for longer "
        "(warmup_ratio), or set max_grad_norm=1.0"
    )


def write_history(folder: Path, history: Sequence[dict[str, Any]]) -> None:
    """``metrics.jsonl``, one line an epoch; written anew, so no epoch is in it twice."""
    lines = "".join(json.dumps(row) + "\n" for row in history)
    beside = folder / f".{HISTORY}"
    beside.write_text(lines, encoding="utf-8")
    beside.replace(folder / HISTORY)


def save_weights(folder: Path, module: Any) -> None:
    """The weights of network and loss, put in their place when they are whole."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    for part in ("network", "loss"):
        tensors = {
            name: tensor.detach().cpu().contiguous().clone()
            for name, tensor in getattr(module, part).state_dict().items()
        }
        beside = folder / f".{part}.safetensors"
        save_file(tensors, beside)
        beside.replace(folder / f"{part}.safetensors")


def load_weights(folder: Path, module: Any) -> None:
    """What ``save_weights`` saved."""
    from safetensors.torch import load_file

    for part in ("network", "loss"):
        getattr(module, part).load_state_dict(load_file(folder / f"{part}.safetensors"))
