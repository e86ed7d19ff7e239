"""The training of a network, as Lightning runs it."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from towhee.errors import TrainingError
from towhee.trainer.adaptation import set_training_mode
from towhee.trainer.epoch_losses import EpochLosses
from towhee.trainer.importing import import_lightning
from towhee.trainer.keeping import BEST, Keeper, save_weights, write_history
from towhee.trainer.loop import Course, Outcome, Run, evaluated
from towhee.trainer.random_numbers import seed_all

logger = logging.getLogger(__name__)

_ASKED = 50
"""Steps after which several devices agree on whether it is time to keep the state."""


def lightning_module(course: Course, run: Run) -> Any:
    """The course as Lightning takes it."""
    lightning = import_lightning()
    import torch

    order = course.batches.batch_sampler

    class FineTuning(lightning.LightningModule):  # type: ignore[misc,name-defined]  # Any
        def __init__(self) -> None:
            super().__init__()
            self.network, self.loss = course.network, course.loss
            self.losses = EpochLosses()
            self.outcome = Outcome()
            self.keeper = Keeper(course.folder, run.every_n_steps)
            self._next = (0, 0)  # epoch and batch that a training goes on with

        def train(self, mode: bool = True) -> Any:
            super().train(mode)
            if mode:
                set_training_mode(self.network)
            return self

        def on_fit_start(self) -> None:
            order.share(self.global_rank, self.trainer.world_size)

        def on_train_start(self) -> None:
            self.train()

        def on_train_epoch_start(self) -> None:  # not called where one goes on within an epoch
            order.begin(self.current_epoch)
            self.losses = EpochLosses()
            self.train()

        def on_train_batch_start(self, batch: Any, index: int) -> None:
            # Whatever drew random numbers before, a batch begins with its own: so a resumed
            # training goes on as one that was not interrupted.
            seed_all(course.seed, self.current_epoch, index, self.global_rank)

        def training_step(self, batch: Any, index: int) -> Any:
            inputs, labels, messages = batch
            self._next = (self.current_epoch, index + 1)
            for message in messages:
                logger.warning("skipped in epoch %d: %s", self.current_epoch + 1, message)
            if inputs is None:
                return self._nothing()
            if course.mix is not None and len(labels) > 1:
                inputs, labels = course.mix(inputs, labels)
            loss = self.loss(self.network(inputs), labels)
            if self.trainer.world_size > 1:
                loss = loss * order.weight(index)
            self.losses.add(loss)
            if loss.device.type == "cpu":
                self._read_losses()
            return loss

        def _nothing(self) -> Any:
            """The loss of a batch without samples: other devices wait for its gradients."""
            if self.trainer.world_size == 1:
                return None
            return sum(weight.sum() * 0 for weight in self.parameters() if weight.requires_grad)

        def _read_losses(self) -> None:
            odd = self.losses.read()
            if odd is not None:
                raise diverged(odd, self.current_epoch + 1, self._next[1], self._rate())

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
            outcome = self.outcome
            if self.global_step == outcome.steps:
                return  # gradients are still being gathered
            outcome.steps = self.global_step
            self._show()
            if course.every_steps and outcome.steps % course.every_steps == 0:
                self._note(self._measure())
            # The last of an epoch is kept with it.
            is_last = index + 1 == self.trainer.num_training_batches or self.trainer.should_stop
            if run.every_n_epochs and not is_last and self._is_due():
                self._keep()

        def on_train_epoch_end(self) -> None:
            outcome = self.outcome
            self._next = (self.current_epoch + 1, 0)
            outcome.epochs = self.current_epoch + 1
            self._note(self._measure() if course.every_epoch else {})
            mean = self.losses.mean
            if mean is None:
                return
            self.log("mean_loss", mean, logger=False)
            if run.monitor == "loss":
                self._wait(has_gained=mean < outcome.least_loss)
                outcome.least_loss = min(mean, outcome.least_loss)

        def _is_due(self) -> bool:
            steps = self.outcome.steps
            if run.every_n_steps is not None or self.trainer.world_size == 1:
                return self.keeper.is_due(steps)
            # Clocks differ, and all have to do the same.
            return steps % _ASKED == 0 and bool(
                self.trainer.strategy.broadcast(self.keeper.is_due(steps))
            )

        def _keep(self) -> None:
            self._gather_losses()
            self.keeper.keep(self.trainer)

        def _gather_losses(self) -> None:
            """Read the losses; those of several devices are in the mean the whole batches'."""
            self._read_losses()
            if self.trainer.world_size > 1:
                total = torch.tensor(self.losses.total, dtype=torch.float64, device=self.device)
                self.losses.total = float(self.trainer.strategy.reduce(total, reduce_op="mean"))

        def _show(self) -> None:
            """The loss and the rate, to whoever looks on."""
            is_line = self.global_step % run.print_steps == 0
            if not is_line and not (run.has_bar and self.losses.is_due):
                return
            self._read_losses()
            values = {"loss": self.losses.latest, "lr": self._rate()}
            self.log_dict(values, prog_bar=True, logger=False)
            if is_line:
                place = (self.current_epoch + 1, self.global_step)
                logger.info("epoch %d, step %d: loss %.4f, lr %.3g", *place, *values.values())
                self._draw(values)

        def _draw(self, values: dict[str, float]) -> None:
            for board in self.loggers:
                board.log_metrics(values, step=self.global_step)

        def _measure(self) -> dict[str, float]:
            """The measures of the network, taken on one device and told to all."""
            self._read_losses()
            measures: dict[str, float] = {}
            if self.trainer.is_global_zero:
                measures = evaluated(self.network, course.evaluate)
            measures = self.trainer.strategy.broadcast(measures)
            value, outcome = measures[course.metric], self.outcome
            gain = outcome.gain(value, larger_is_better=course.larger_is_better)
            # Of equals the later: few samples have many, and its learning rate was smaller.
            if gain >= 0:
                outcome.best, outcome.best_epoch = value, self.current_epoch + 1
                if self.trainer.is_global_zero:
                    save_weights(course.folder / BEST, self)
            if run.monitor != "loss":
                self._wait(has_gained=gain > 0)
            return measures

        def _wait(self, *, has_gained: bool) -> None:
            """Count for how long there was no gain, and end the training if it is long enough."""
            self.outcome.waited = 0 if has_gained else self.outcome.waited + 1
            self._stop_if_waited()

        def _stop_if_waited(self) -> None:
            if run.patience is not None and self.outcome.waited >= run.patience:
                self.trainer.should_stop = True

        def _note(self, measures: dict[str, float]) -> None:
            """A row of the history."""
            self._gather_losses()
            row = {
                "epoch": self.current_epoch + 1,
                "step": self.global_step,
                "loss": self.losses.mean,
                "lr": self._rate(),
                **measures,
            }
            self.outcome.add(row)
            if self.trainer.is_global_zero:
                write_history(course.folder.parent, self.outcome.history)
            self.log_dict(measures, prog_bar=True, logger=False)
            self._draw(measures)

        def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
            checkpoint["outcome"] = asdict(self.outcome)
            checkpoint["losses"] = (self.losses.total, self.losses.count)
            checkpoint["next"] = self._next

        def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
            self.outcome = Outcome(**checkpoint["outcome"])
            self.losses = EpochLosses(*checkpoint["losses"])
            order.begin(*checkpoint["next"])
            self._next = tuple(checkpoint["next"])
            self._stop_if_waited()  # it had ended then
            logger.info(
                "going on in epoch %d behind step %d", self._next[0] + 1, self.outcome.steps
            )

    return FineTuning()


def diverged(value: float, epoch: int, step: int, rate: float) -> TrainingError:
    """The error of a loss that is no number."""
    return TrainingError(
        f"the loss became {value} in epoch {epoch}, step {step}, at a learning rate of {rate:.3g}: "
        f"the training diverged. Lower lr, to {rate / 10:.1g} for a start, warm up for longer "
        "(warmup_ratio), or set max_grad_norm=1.0"
    )
