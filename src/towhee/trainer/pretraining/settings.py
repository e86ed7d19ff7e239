"""What training without labels becomes where its settings leave things open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.trainer.pretraining.job import Job
from towhee.trainer.settings import Settings, settled

_STEPS = 1000
"""Of the optimizer, about, where nobody says how many epochs."""

_EPOCHS = (5, 100)
_BATCH = 64
_COMPARED = ("simclr", "dino", "distillation")
"""Methods that compare the samples of a batch, and so want many in each."""

NEW, KNOWN = 1e-3, 3e-4
"""Learning rates of weights that are random, and of weights that know something already."""


def settled_job(job: Job, *, is_new: bool) -> Settings:
    """Choose what a job leaves open.

    Args:
        job: what is to be trained.
        is_new: whether the network has random weights.

    Returns:
        Settings whose ``method`` is the job's, and whose ``loss`` says with which arguments.

    Raises:
        UsageError: for settings that do not go together.
    """
    reasons: dict[str, str] = {}
    count, given, config = len(job.data), job.arguments, job.config
    if count < 2:
        raise UsageError(f"{count} samples are not enough to learn from without labels")
    batch_size = given.get("batch_size") or _batch_size(job.method, count, reasons)
    epochs = given.get("epoch_num") or _epochs(count, batch_size, reasons)
    lr = given.get("lr") or _rate(is_new, reasons)
    # A last batch of few samples has almost nothing to compare them with.
    has_whole = count >= batch_size
    made = settled(
        config.replace(
            method="full",
            loss="CrossEntropyLoss",
            augment="none",
            metric="knn",
            mixup=0.0,
            batch_size=batch_size,
            epoch_num=epochs,
            lr=lr,
            dataloader_drop_last=has_whole,
        ),
        np.zeros(count, np.int64),
        1,
        job.model.abilities,
    )
    return replace(
        made, method=job.method, loss=_shown(given), augment="", reasons={**made.reasons, **reasons}
    )


def _batch_size(method: str, count: int, reasons: dict[str, str]) -> int:
    size = _BATCH
    while size > 8 and count < 4 * size:
        size //= 2
    compares = "its samples are compared with each other" if method in _COMPARED else "it fits"
    reasons["batch_size"] = f"{size}, because {compares}, and {count} samples make enough steps"
    return size


def _epochs(count: int, batch_size: int, reasons: dict[str, str]) -> int:
    least, most = _EPOCHS
    epochs = min(most, max(least, math.ceil(_STEPS * batch_size / count)))
    reasons["epoch_num"] = (
        f"{epochs}, because about {_STEPS} steps are where gains begin to cost more time than "
        "labels would; more epochs give more"
    )
    return epochs


def _rate(is_new: bool, reasons: dict[str, str]) -> float:
    rate, why = (NEW, "its weights are random") if is_new else (KNOWN, "its weights are kept near")
    reasons["lr"] = f"{rate}, because {why}"
    return rate


def _shown(arguments: Mapping[str, Any]) -> str:
    own = {name: value for name, value in arguments.items() if name != "epoch_num"}
    return ", ".join(f"{name}={value!r}" for name, value in sorted(own.items()))
