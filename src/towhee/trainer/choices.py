"""What every training settles in one way: where it runs, and what is said of a choice."""

from __future__ import annotations

import math
from typing import Any

from towhee.errors import UsageError
from towhee.trainer.training_config import TrainingConfig


def said(reasons: dict[str, str], name: str, value: Any, why: str) -> Any:
    """The value, whose reason is written down for the log and the card."""
    reasons[name] = f"{value}, because {why}"
    return value


def chosen_device(config: TrainingConfig, reasons: dict[str, str]) -> tuple[str, Any]:
    """Lightning's name of the kind of device, and how many of them or which.

    Raises:
        UsageError: for one that is not there.
    """
    import torch

    named = config.device_str
    if named is None:
        has_gpu = torch.cuda.is_available()
        why = "there is a GPU" if has_gpu else "there is no GPU that torch can use"
        named = said(reasons, "device_str", "cuda" if has_gpu else "cpu", why)
    kind, _, number = named.partition(":")
    if kind == "cuda" and not torch.cuda.is_available():
        raise UsageError(f"device_str={named!r}, but torch finds no CUDA GPU here; take 'cpu'")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device_str='mps', but torch finds none here; take 'cpu'")
    return kind, [int(number)] if number else (config.devices or 1)


def warmup_steps(config: TrainingConfig, steps: int) -> int:
    """How many of all steps the learning rate rises."""
    if config.warmup_steps is not None:
        return config.warmup_steps
    ratio = 0.1 if config.warmup_ratio is None else config.warmup_ratio
    return min(math.ceil(ratio * steps), steps - 1)


def worker_count(config: TrainingConfig, accelerator: str) -> int:
    """How many processes read samples."""
    from towhee.models.machine import cores

    asked = config.dataloader_num_workers
    if asked is None:  # on a CPU, whoever reads takes a core from the network
        return 0 if accelerator == "cpu" else min(8, cores())
    return cores() if asked < 0 else asked
