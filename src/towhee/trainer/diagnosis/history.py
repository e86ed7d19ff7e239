"""The rows of a training's log.

A history is what a training logs: one mapping an epoch (or every so many steps), with ``"loss"``
(or ``"train_loss"``), and where there was an evaluation ``"eval_loss"`` and the measures by their
names. ``"epoch"``, ``"step"`` and ``"lr"`` are said where they are there. Rows may lack any of
them, or hold None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

History = Sequence[Mapping[str, Any]]
LOSS = ("loss", "train_loss")


def column(history: History, *keys: str) -> list[tuple[int, float]]:
    """The positions and values of the rows that have one, under the first key that is there."""
    found = []
    for place, row in enumerate(history):
        value = next((row[key] for key in keys if row.get(key) is not None), None)
        if value is not None:
            found.append((place, float(value)))
    return found


def finite(history: History, *keys: str) -> list[tuple[int, float]]:
    """`column` without NaN and infinity."""
    return [(place, value) for place, value in column(history, *keys) if math.isfinite(value)]


def when(history: History, place: int) -> str:
    """The row in words: its epoch, its step, or its position."""
    row = history[place]
    for key in ("epoch", "step"):
        if row.get(key) is not None:
            return f"{key} {row[key]:g}"
    return f"row {place + 1}"


def slower(history: History, place: int) -> str:
    """What to do where steps are too large, with the lr of the row if it has one."""
    rate = history[place].get("lr")
    if rate is None or not math.isfinite(rate) or rate <= 0:
        return "Train again with a tenth of the lr, a longer warmup_ratio, or max_grad_norm=1.0."
    return (
        f"Train again with lr={rate / 10:.2g} in place of {rate:.2g}, a longer warmup_ratio, or "
        "max_grad_norm=1.0."
    )
