"""What the trainer of transformers tells of a training: figures, best weights, when to stop."""

from __future__ import annotations

import json
import logging
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from towhee.trainer.fine_tuning import diverged
from towhee.trainer.keeping import BEST, HISTORY, write_history
from towhee.trainer.loop import Outcome
from towhee.trainer.metrics import Metric
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

WEIGHTS = "model.safetensors"

_SECONDS = 60.0
"""How much work is lost at most when a training is killed within an epoch."""


@dataclass
class Recorder:
    """What is known of a training while it runs.

    Attributes:
        folder: for checkpoints; the history is written beside it.
        metric: by which the best weights are chosen.
        config: says when to stop, and what is kept.
        is_evaluated: whether the model is evaluated while it is trained.
        losses: of the steps of the epoch.
        outcome: how far it has come.
        epoch: which one it is in, from 1.
        step: of the optimizer.
        rate: the learning rate.
        saved: when the state was kept.
    """

    folder: Path
    metric: Metric
    config: TrainingConfig
    is_evaluated: bool = True
    losses: list[float] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    epoch: int = 1
    step: int = 0
    rate: float = 0.0
    saved: float = field(default_factory=time.monotonic)

    def begin(self, step: int) -> None:
        """Go on at a step; what was written of later ones is forgotten."""
        self.step = self.outcome.steps = step
        file = self.folder.parent / HISTORY
        if not step or not file.is_file():
            return
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for row in rows:
            if row["step"] <= step:
                self.outcome.history.append(row)
                self._note_best(row)

    def seen(self, loss: float, batch: int) -> None:
        """A loss.

        Raises:
            TrainingError: if it is no number.
        """
        if not math.isfinite(loss):
            raise diverged(loss, self.epoch, batch, self.rate)
        self.losses.append(loss)

    def evaluated(self, measures: dict[str, float], model: Any) -> None:
        """Measures of the model as it stands, whose weights are kept if they are the best."""
        row = self._row(measures)
        self.outcome.history.append(row)
        if self._note_best(row):
            save_tensors(model, self.folder / BEST / WEIGHTS)
        write_history(self.folder.parent, self.outcome.history)

    def ended_epoch(self, epochs: int) -> None:
        """An epoch is over."""
        self.outcome.epochs = epochs
        if self.config.eval_strategy != "epoch":
            self.outcome.history.append(self._row({}))
            write_history(self.folder.parent, self.outcome.history)

    def is_to_stop(self) -> bool:
        """Whether so many evaluations brought nothing better that more are in vain."""
        stopping = self.config.early_stopping
        if stopping is None:
            return False
        is_loss = stopping["monitor"] == "loss"
        name = "loss" if is_loss else self.metric.name
        values = [row[name] for row in self.outcome.history if row.get(name) is not None]
        rises = self.metric.larger_is_better and not is_loss
        if stopping["mode"] is not None:
            rises = stopping["mode"] == "max"
        if not values:
            return False
        best = int(np.argmax(values) if rises else np.argmin(values))
        return len(values) - 1 - best >= int(stopping["patience"])

    def is_to_save(self) -> bool:
        """Whether the state is to be kept within an epoch."""
        kept = self.config.model_checkpoint or {}
        every = kept.get("every_n_steps")
        if every is not None:
            return self.step % int(every) == 0
        return time.monotonic() - self.saved > _SECONDS

    def load_best(self, model: Any) -> None:
        """The best weights into the model."""
        load_tensors(model, self.folder / BEST / WEIGHTS)

    def _note_best(self, row: dict[str, Any]) -> bool:
        value = row.get(self.metric.name)
        if value is None:
            return False
        best = self.outcome.best
        # Of equals the later, whose learning rate was smaller.
        if not math.isnan(best) and value != best and not self.metric.is_better(value, best):
            return False
        self.outcome.best, self.outcome.best_epoch = value, row["epoch"]
        return True

    def _row(self, measures: dict[str, float]) -> dict[str, Any]:
        return {
            "epoch": self.epoch,
            "step": self.step,
            "loss": float(np.mean(self.losses)) if self.losses else None,
            "lr": self.rate,
            **measures,
        }


def save_tensors(model: Any, file: Path) -> None:
    """The weights, put in their place when they are whole."""
    from safetensors.torch import save_file

    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}")
    tensors = {
        name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in model.state_dict().items()
    }
    save_file(tensors, beside)
    beside.replace(file)


def load_tensors(model: Any, file: Path) -> None:
    """What ``save_tensors`` saved."""
    from safetensors.torch import load_file

    model.load_state_dict(load_file(file))


def watched_loss(loss: Any, recorder: Recorder) -> Any:
    """The same loss, whose values are recorded."""
    import torch

    class WatchedLoss(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.loss = loss

        def forward(self, features: Any, labels: Any) -> Any:
            found = self.loss(features, labels)
            if self.training:
                recorder.seen(float(found.detach()), len(recorder.losses) + 1)
            return found

    return WatchedLoss()


def recorder_callback(recorder: Recorder, model: Any) -> Any:
    """What the trainer of transformers tells a recorder, and what that decides."""
    from towhee.trainer.importing import import_transformers_trainer

    library = import_transformers_trainer()

    class RecorderCallback(library.TrainerCallback):  # type: ignore[misc,name-defined]  # Any
        def on_train_begin(self, args: Any, state: Any, control: Any, **known: Any) -> None:
            recorder.begin(state.global_step)

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **known: Any) -> None:
            recorder.epoch = int(state.epoch or 0) + 1
            recorder.losses = []

        def on_step_end(self, args: Any, state: Any, control: Any, **known: Any) -> Any:
            recorder.step = recorder.outcome.steps = state.global_step
            rates = known["lr_scheduler"].get_last_lr()
            recorder.rate = max(map(float, rates))
            every = recorder.config.print_steps
            if every and state.global_step % every == 0:
                logger.info(
                    "epoch %d, step %d of %d: loss %.4f",
                    recorder.epoch,
                    state.global_step,
                    state.max_steps,
                    recorder.losses[-1],
                )
            control.should_save |= recorder.is_to_save()
            return control

        def on_save(self, args: Any, state: Any, control: Any, **known: Any) -> None:
            recorder.saved = time.monotonic()

        def on_evaluate(self, args: Any, state: Any, control: Any, **known: Any) -> Any:
            measures = {
                name.removeprefix("eval_"): value
                for name, value in known["metrics"].items()
                if name.startswith("eval_measure_")
            }
            recorder.evaluated(
                {name.removeprefix("measure_"): value for name, value in measures.items()}, model
            )
            control.should_training_stop |= recorder.is_to_stop()
            return control

        def on_epoch_end(self, args: Any, state: Any, control: Any, **known: Any) -> Any:
            epochs = round(state.epoch)
            recorder.ended_epoch(epochs)
            if not recorder.is_evaluated:
                control.should_training_stop |= recorder.is_to_stop()
            every = (recorder.config.model_checkpoint or {}).get("every_n_epoch", 1)
            control.should_save = control.should_training_stop or epochs % every == 0
            return control

    return RecorderCallback()
