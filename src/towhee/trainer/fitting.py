"""Lightning's trainer, told how to run a course."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from towhee.errors import TrainingError, one_line
from towhee.models.allocator import large_blocks_kept
from towhee.models.machine import cores
from towhee.trainer.fine_tuning import lightning_module
from towhee.trainer.importing import import_lightning, import_started_processes
from towhee.trainer.interrupting import interruptible
from towhee.trainer.keeping import BEST, LAST_CHECKPOINT, checkpoint_files, load_weights
from towhee.trainer.loop import Course, Outcome, Run
from towhee.trainer.sharing import Processes, fitted_by_several

logger = logging.getLogger(__name__)

WAIT_HOURS = 4
"""For which devices wait for the first of them, which evaluates while they do."""


def fitted(course: Course, run: Run, callbacks: Sequence[Any] = ()) -> Outcome:
    """Run a course; network and loss have the best weights then, or the last.

    Args:
        course: what is trained.
        run: how long, and on what.
        callbacks: of Lightning.

    Raises:
        TrainingError: if the loss is no number, or a checkpoint cannot be written.
        UsageError: if the checkpoint to go on from is damaged, or none.
    """
    if run.device_count > 1:
        return fitted_by_several(course, run, callbacks)
    return fitted_here(course, run, callbacks)


def fitted_here(
    course: Course,
    run: Run,
    callbacks: Sequence[Any] = (),
    processes: Callable[[Run], Processes] | None = None,
) -> Outcome:
    """``fitted`` in this process, which is that of one device.

    Args:
        course: what is trained.
        run: how long, and on what.
        callbacks: of Lightning.
        processes: what Lightning is told of those that share the course, where several do; that
            `several_devices` has started them, if not given.
    """
    lightning = import_lightning()
    from safetensors import SafetensorError

    module = lightning_module(course, run)
    shared = (processes or _started_processes)(run) if run.device_count > 1 else None
    own = [*callbacks]
    if run.every_n_epochs:
        own.append(_epoch_checkpoint(run.every_n_epochs))
    with _quiet(), all_cores():
        board: Any = False
        if run.tensorboard is not None:
            board = _board(run.tensorboard, course.folder)
        trainer = lightning.Trainer(
            accelerator=run.accelerator,
            devices=_one_device(run) if shared is None else shared.devices,
            plugins=[checkpoint_files(), *([] if shared is None else [shared.environment])],
            strategy="auto" if shared is None else shared.strategy,
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
        resumed = None if run.resume_from is None else str(run.resume_from)
        try:
            with interruptible(), large_blocks_kept():
                trainer.fit(module, ckpt_path=resumed)
        except (OSError, SafetensorError) as error:
            raise _disk_error(error, course.folder) from error
    if run.load_best and (course.folder / BEST).is_dir():
        load_weights(course.folder / BEST, module)
    outcome: Outcome = module.outcome
    return outcome


def _one_device(run: Run) -> Any:
    return 1 if run.accelerator == "cpu" else run.devices


def _started_processes(run: Run) -> Processes:
    """How several devices average their gradients; each has a process that was started before."""
    is_cpu = run.accelerator == "cpu"
    return Processes(
        strategy=import_lightning().strategies.DDPStrategy(
            process_group_backend="gloo" if is_cpu else "nccl",
            timeout=timedelta(hours=WAIT_HOURS),
        ),
        environment=import_started_processes(),
        devices=run.device_count if is_cpu else run.devices,
    )


def has_terminal() -> bool:
    """Whether a progress bar has somewhere to be seen."""
    return sys.stderr.isatty()


def _epoch_checkpoint(every: int) -> Any:
    """Keep the state at the end of each epoch.

    Lightning calls callbacks of this kind behind all others, so an epoch that ends the training
    is kept too.
    """
    lightning = import_lightning()

    class EpochCheckpoint(lightning.callbacks.Checkpoint):  # type: ignore[misc,name-defined]
        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            is_last = trainer.should_stop or trainer.current_epoch + 1 == trainer.max_epochs
            if (trainer.current_epoch + 1) % every == 0 or is_last:
                module.keeper.keep(trainer)

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
        f"its last state is in {str(kept)!r}: make room and pass resume_from={str(kept)!r}"
        if kept.is_file()
        else "nothing was kept yet"
    )
    return TrainingError(f"training stopped: {one_line(error, 200)}; {remedy}")


@contextmanager
def all_cores() -> Iterator[None]:
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
