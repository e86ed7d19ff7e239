"""A sweep: the very loop of a training, at a learning rate that grows with every step."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import TrainingError
from towhee.trainer.fitting import fitted_here
from towhee.trainer.importing import import_lightning
from towhee.trainer.loop import Course, Run
from towhee.trainer.random_numbers import seeded
from towhee.trainer.rate_finding.rate_finding import RateFinding, suggested

if TYPE_CHECKING:
    import torch

STEPS = 100
"""How many rates are tried."""

LOWEST, HIGHEST = 1e-3, 1e3
"""The bounds of the sweep, as shares of the rate that is usual for the method."""

_BEYOND = 4.0
"""So many times the least loss ends the sweep, if it is above the first too: in the mean of the
last few, as one batch is much harder than another."""

_OF_NEW = 0.2
"""How much of that mean is the newest loss."""


def found_rate(course: Course, run: Run, usual: float) -> RateFinding:
    """Try learning rates from far too small to far too large, for a step each.

    Network and loss are as they were afterwards, bit by bit, and so are random numbers. The
    optimizer and the batches are used up: the training itself has others.

    Args:
        course: what is to be trained; the rates of its optimizer's groups keep their ratios.
        run: how, and on what.
        usual: the rate that the groups were made with.

    Raises:
        TrainingError: if the loss is no number at the smallest rates already.
    """
    ratio = (HIGHEST / LOWEST) ** (1 / (STEPS - 1))
    rates = [usual * LOWEST * ratio**step for step in range(STEPS)]
    watch = _watch(rates, run.accumulation)
    # A step beyond the last is asked for when the last is done.
    swept = replace(
        course,
        factor=lambda step: LOWEST * ratio ** min(step, STEPS - 1),
        every_epoch=False,
        every_steps=0,
    )
    per_epoch = math.ceil(len(course.batches) / run.accumulation)
    swift = replace(
        run,
        epochs=math.ceil(STEPS / per_epoch),
        devices=run.devices[:1] if isinstance(run.devices, list) else 1,
        patience=None,
        load_best=False,
        every_n_epochs=0,
        resume_from=None,
        tensorboard=None,
        has_bar=False,
    )
    with (
        seeded(course.seed),
        _kept(course.network),
        _kept(course.loss),
        tempfile.TemporaryDirectory(prefix="towhee-rates-") as folder,
    ):
        try:
            fitted_here(replace(swept, folder=Path(folder) / "checkpoints"), swift, [watch])
        except TrainingError as error:
            if error.__cause__ is not None or len(watch.losses) < 2:
                raise
            watch.stopped_at = rates[len(watch.losses) - 1]  # whose step made it no number
    tried = rates[: len(watch.losses)]
    return suggested(tried, watch.losses, watch.stopped_at)


def _watch(rates: list[float], accumulation: int) -> Any:
    """A callback of Lightning that keeps the loss of each step, and ends a sweep."""
    lightning = import_lightning()

    class Watch(lightning.Callback):  # type: ignore[misc,name-defined]  # Any
        def __init__(self) -> None:
            self.losses: list[float] = []
            self.stopped_at: float | None = None
            self._mean = self._first = self._least = math.nan
            self._of_step: list[float] = []

        def on_train_batch_end(
            self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int
        ) -> None:
            if outputs is not None:
                # Lightning hands out a share of the loss, as several make one step.
                self._of_step.append(float(outputs["loss"]) * accumulation)
            if trainer.global_step <= len(self.losses) or not self._of_step:
                return
            self.losses.append(sum(self._of_step) / len(self._of_step))
            self._of_step = []
            if self._is_beyond(self.losses[-1]):
                self.stopped_at = rates[len(self.losses) - 1]
            if self.stopped_at is not None or len(self.losses) == len(rates):
                trainer.should_stop = True

        def _is_beyond(self, loss: float) -> bool:
            if math.isnan(self._mean):
                self._mean = self._first = self._least = loss
            self._mean += _OF_NEW * (loss - self._mean)
            self._least = min(self._least, self._mean)
            return self._mean > max(_BEYOND * self._least, self._first)

    return Watch()


@contextmanager
def _kept(module: torch.nn.Module) -> Iterator[None]:
    """Weights, statistics, gradients and modes of a module are put back at the end, bit by bit."""
    import torch

    def tensors() -> Iterator[tuple[str, torch.Tensor]]:
        yield from module.named_parameters()
        yield from module.named_buffers()

    kept = {name: tensor.detach().clone() for name, tensor in tensors()}
    gradients = {name: weight.grad for name, weight in module.named_parameters()}
    modes = [(each, each.training) for each in module.modules()]
    try:
        yield
    finally:
        with torch.no_grad():
            for name, tensor in tensors():
                tensor.copy_(kept[name])
        for name, weight in module.named_parameters():
            weight.grad = gradients[name]
        for each, mode in modes:
            each.training = mode
