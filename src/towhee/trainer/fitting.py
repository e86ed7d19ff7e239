"""Lightning's trainer, told how to run a course."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towhee.errors import TrainingError, one_line
from towhee.models.machine import cores
from towhee.trainer.importing import import_lightning
from towhee.trainer.loop import BEST, Course, Outcome, lightning_module, load_weights

logger = logging.getLogger(__name__)

LAST_CHECKPOINT = "last.ckpt"


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
        patience: evaluations without a better measure after which it ends; ``None`` for never.
        monitor: the measure, or ``"loss"``.
        load_best: whether the best weights are taken at the end, and not the last.
        every_n_epochs: after which the state is kept, so that it can be resumed; 0 for never.
        resume_from: a checkpoint to go on from.
        tensorboard: whether to write for TensorBoard.
        print_steps: batches between two lines of its curves.
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
    resume_from: Path | None = None
    tensorboard: Mapping[str, Any] | None = None
    print_steps: int = 50
    has_bar: bool = False


def fitted(course: Course, run: Run, callbacks: Sequence[Any] = ()) -> Outcome:
    """Run a course; network and loss have the best weights then, or the last.

    Args:
        course: what is trained.
        run: how long, and on what.
        callbacks: of Lightning.

    Raises:
        TrainingError: if the loss is no number, or a checkpoint cannot be written or read.
    """
    lightning = import_lightning()
    from safetensors import SafetensorError

    module = lightning_module(course)
    own = [*callbacks]
    if run.patience is not None:
        own.append(
            lightning.callbacks.EarlyStopping(
                monitor="mean_loss" if run.monitor == "loss" else run.monitor,
                mode="max" if course.larger_is_better and run.monitor != "loss" else "min",
                patience=run.patience,
                min_delta=0.0,
                strict=False,
                check_on_train_epoch_end=True,
            )
        )
    if run.every_n_epochs:
        own.append(_epoch_checkpoint(course.folder / LAST_CHECKPOINT, run.every_n_epochs))
    with _quiet(), _all_cores():
        board: Any = False
        if run.tensorboard is not None:
            board = _board(run.tensorboard, course.folder)
        trainer = lightning.Trainer(
            accelerator=run.accelerator,
            devices=run.devices,
            precision=run.precision,
            max_epochs=run.epochs,
            accumulate_grad_batches=run.accumulation,
            gradient_clip_val=run.max_grad_norm,
            callbacks=own,
            logger=board,
            log_every_n_steps=run.print_steps,
            default_root_dir=str(course.folder),
            enable_checkpointing=bool(run.every_n_epochs),
            enable_model_summary=False,
            enable_progress_bar=run.has_bar,
            use_distributed_sampler=False,
        )
        try:
            trainer.fit(module, ckpt_path=None if run.resume_from is None else str(run.resume_from))
        except (OSError, SafetensorError) as error:
            raise _disk_error(error, course.folder) from error
    if run.load_best and (course.folder / BEST).is_dir():
        load_weights(course.folder / BEST, module)
    outcome: Outcome = module.outcome
    return outcome


def has_terminal() -> bool:
    """Whether a progress bar has somewhere to be seen."""
    return sys.stderr.isatty()


def _epoch_checkpoint(path: Path, every: int) -> Any:
    """Keep the state at the end of each epoch, put in its place when it is whole.

    Lightning calls callbacks of this kind behind all others, so an epoch that ends the training
    is kept too.
    """
    lightning = import_lightning()

    class EpochCheckpoint(lightning.callbacks.Checkpoint):  # type: ignore[misc,name-defined]
        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            is_last = trainer.should_stop or trainer.current_epoch + 1 == trainer.max_epochs
            if (trainer.current_epoch + 1) % every and not is_last:
                return
            beside = path.with_name(f".{path.name}")
            trainer.save_checkpoint(str(beside))
            if trainer.is_global_zero:
                os.replace(beside, path)

    return EpochCheckpoint()


def _board(wanted: Mapping[str, Any], folder: Path) -> Any:
    """Curves for TensorBoard, if it is installed; ``metrics.jsonl`` has the same numbers."""
    lightning = import_lightning()
    where = wanted.get("log_dir") or str(folder.parent / "tensorboard")
    try:
        return lightning.loggers.TensorBoardLogger(where, name=None, version=wanted.get("comment"))
    except ModuleNotFoundError:
        logger.info("tensorboard is not installed, so nothing is written for it")
        return False


def _disk_error(error: Exception, folder: Path) -> TrainingError:
    kept = folder / LAST_CHECKPOINT
    remedy = (
        f"the state of the last whole epoch is in {str(kept)!r}: make room and pass "
        f"resume_from={str(kept)!r}"
        if kept.is_file()
        else "no epoch was finished yet"
    )
    return TrainingError(f"training stopped: {one_line(error, 200)}; {remedy}")


@contextmanager
def _all_cores() -> Iterator[None]:
    """As many threads of torch as there are cores, whatever a backend has set before.

    Sums depend on their number in the last bit, and so does what is learned.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(cores())
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what Lightning says of its own workings; its warnings on data we have judged."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")
            warnings.filterwarnings("ignore", category=UserWarning, message=".*num_workers.*")
            yield
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)
