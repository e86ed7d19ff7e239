"""What a training keeps on the disk while it runs: weights, its state, and its history."""

from __future__ import annotations

import json
import os
import pickle
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from towhee.errors import UsageError, one_line
from towhee.trainer.importing import import_checkpoint_io

BEST = "best"
LAST_CHECKPOINT = "last.ckpt"
HISTORY = "metrics.jsonl"

_SECONDS = 60.0
"""How much work is lost at most when a training is killed within an epoch."""

_SHARE = 0.02
"""The share of the time that may go into keeping the state within an epoch."""


class Keeper:
    """Keeps the state of a training, from which it goes on as if it had not stopped.

    Within an epoch the state is kept every minute, or less often where writing it takes so long
    that it would cost more than a fiftieth of the time.

    Args:
        folder: of the checkpoints.
        every_n_steps: of the optimizer, after which the state is kept within an epoch; ``None``
            for as often as time says.
    """

    def __init__(self, folder: Path, every_n_steps: int | None = None) -> None:
        self._path = folder / LAST_CHECKPOINT
        self._every = every_n_steps
        self._last = time.monotonic()
        self._cost = 0.0

    def is_due(self, steps: int) -> bool:
        """Whether to keep the state after so many steps, within an epoch."""
        if self._every is not None:
            return steps % self._every == 0
        return time.monotonic() - self._last > max(_SECONDS, self._cost / _SHARE)

    def keep(self, trainer: Any) -> None:
        """Write the state of Lightning's trainer."""
        began = time.monotonic()
        trainer.save_checkpoint(str(self._path))
        self._last = time.monotonic()
        self._cost = self._last - began


def checkpoint_files() -> Any:
    """How Lightning writes checkpoints: straight to the disk, and put in place when they are whole.

    Its own way makes a second copy of all weights and of the optimizer's state in memory first, and
    with an older torch reads what runs code.
    """
    import torch

    class CheckpointFiles(import_checkpoint_io()):  # type: ignore[misc]  # Any
        def save_checkpoint(self, checkpoint: Any, path: Any, storage_options: Any = None) -> None:
            if "://" in str(path) or storage_options is not None:  # a callback's, kept elsewhere
                super().save_checkpoint(checkpoint, path, storage_options)
                return
            place = Path(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(f".{place.name}")
            with open(beside, "wb") as file:
                torch.save(checkpoint, file)
            os.replace(beside, place)

        def load_checkpoint(self, path: Any, *given: Any, **named: Any) -> Any:
            try:  # tensors and plain values; what would run code is refused, whoever wrote it
                return torch.load(path, map_location="cpu", weights_only=True)
            except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
                raise UsageError(
                    f"{str(path)!r} is no state of a training, or is damaged: "
                    f"{one_line(error, 200)}; begin anew without resume_from"
                ) from error

    return CheckpointFiles()


def write_history(folder: Path, history: Sequence[dict[str, Any]]) -> None:
    """``metrics.jsonl``, one line an evaluation; written anew, so none is in it twice."""
    lines = "".join(json.dumps(row) + "\n" for row in history)
    beside = folder / f".{HISTORY}"
    beside.write_text(lines, encoding="utf-8")
    beside.replace(folder / HISTORY)


def save_weights(folder: Path, module: Any) -> None:
    """The weights of ``module.network`` and ``module.loss``, put in place when they are whole."""
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
