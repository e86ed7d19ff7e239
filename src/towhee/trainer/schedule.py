"""Learning rates over the steps of an optimizer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, get_args

from towhee.errors import UnknownNameError, UsageError

ScheduleName = Literal["linear", "cosine", "constant", "constant_with_warmup", "polynomial"]


def optimizer_steps(
    samples: int, batch_size: int, accumulation: int, epochs: int, drop_last: bool = False
) -> int:
    """How often the optimizer steps: batches of every epoch, put together by ``accumulation``.

    The last batches of an epoch step too, however few they are; with ``drop_last`` a last batch
    that is not full is none.

    Example:
        >>> optimizer_steps(samples=100, batch_size=16, accumulation=2, epochs=3)
        12
    """
    batches = samples // batch_size if drop_last else math.ceil(samples / batch_size)
    return math.ceil(batches / accumulation) * epochs


def learning_rate_factor(name: str, steps: int, warmup: int) -> Callable[[int], float]:
    """The share of the learning rate at each step, counted from 0 to ``steps - 1``.

    It rises from nearly nothing over the ``warmup`` steps, is whole at the first step behind
    them, and ``"linear"`` and ``"cosine"`` then fall so that the step after the last would have
    none.

    Args:
        name: of the schedule.
        steps: of the optimizer, all epochs together.
        warmup: how many of them rise.

    Raises:
        UnknownNameError: for another name.
        UsageError: if the warm-up does not end before the training does.

    Example:
        >>> factor = learning_rate_factor("linear", steps=10, warmup=2)
        >>> [round(factor(step), 2) for step in (0, 1, 2, 6, 9)]
        [0.33, 0.67, 1.0, 0.5, 0.12]
    """
    if name not in get_args(ScheduleName):
        raise UnknownNameError("lr_scheduler_type", name, get_args(ScheduleName))
    if warmup and warmup >= steps:
        raise UsageError(
            f"warming up takes {warmup} steps, but the whole training has only {steps}: lower "
            "warmup_steps or warmup_ratio, or train for more epochs"
        )

    def factor(step: int) -> float:
        if name != "constant" and step < warmup:
            return (step + 1) / (warmup + 1)
        if name.startswith("constant"):
            return 1.0
        done = min(1.0, (step - warmup) / max(1, steps - warmup))
        if name == "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        return 1 - done if name == "linear" else (1 - done) ** 2

    return factor
