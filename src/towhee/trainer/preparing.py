"""What a training starts from: data that go together, and a folder to write to."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from towhee.errors import UsageError
from towhee.trainer.data import TrainingData
from towhee.trainer.keeping import BEST, HISTORY
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

MODEL, CHECKPOINTS, CONFIG = "model", "checkpoints", "training_config.yaml"
"""What a training writes into its folder."""

_HELD_OUT = 0.2
"""The share of the training data that is measured with, where nothing else is given."""


def checked_data(
    train: TrainingData,
    evaluation: TrainingData | None,
    config: TrainingConfig,
    notes: list[str],
) -> tuple[TrainingData, TrainingData]:
    """The samples to train on and to evaluate with, which can be used together.

    Args:
        train: what is learned from.
        evaluation: what is measured with; a part of ``train`` if ``None``.
        config: of the training.
        notes: is told what the user should know.

    Raises:
        UsageError: if nothing can be learned from them.
    """
    if not len(train):
        raise UsageError("there is nothing to train on: the data has no samples")
    if not train.is_labelled:
        without = int((train.labels < 0).sum())
        raise UsageError(
            f"{without} of {len(train)} samples to train on have no label; give them one, or "
            "leave them out: data.subset(data.labels >= 0)"
        )
    if len(np.unique(train.labels)) < 2:
        raise UsageError(
            f"all {len(train)} samples are of one class, {train.classes[train.labels[0]]!r}; "
            "telling things apart takes two classes at least"
        )
    if evaluation is None:
        train, evaluation = train.split(_HELD_OUT, config.seed)
        logger.info("measured with a fifth of the data, %d samples held out", len(evaluation))
        return train, evaluation
    aligned = evaluation.aligned(train.classes)
    is_known = (aligned.labels >= 0) & (aligned.labels < len(train.classes))
    if not is_known.any():
        raise UsageError(
            f"no sample to evaluate with is of a class that is trained, {some_of(train.classes)}; "
            f"theirs are {some_of(evaluation.classes)}"
        )
    if not is_known.all():
        notes.append(
            f"{int((~is_known).sum())} of {len(aligned)} samples to evaluate with are left out: "
            "they have no label, or one that the training data has not"
        )
    chosen = aligned.subset(is_known)
    return train, replace(chosen, classes=train.classes)


def some_of(names: Sequence[str]) -> str:
    """The first five of some names, as messages show them."""
    return ", ".join(map(repr, names[:5])) + (", …" if len(names) > 5 else "")


def prepare_folder(folder: Path, config: TrainingConfig, *, is_resumed: bool) -> None:
    """Make the folder of a training, without the checkpoints of an earlier one.

    Raises:
        UsageError: if it holds an earlier training that is to stay.
    """
    # A training that was killed before anything was kept may have left the others.
    left = (MODEL,) if config.resume_from else (MODEL, CHECKPOINTS, HISTORY)
    found = [name for name in left if (folder / name).exists()]
    if found and not is_resumed and not config.overwrite_output_dir:
        raise UsageError(
            f"output_dir {str(folder)!r} holds an earlier training ({', '.join(found)}): choose "
            "another, set overwrite_output_dir=True, or resume it with resume_from"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not is_resumed:
        _remove_checkpoints(folder / CHECKPOINTS)
    config.save(folder / CONFIG)


def _remove_checkpoints(folder: Path) -> None:
    """Those of an earlier training; nothing else is touched, whatever else lies there."""
    for file in [*folder.glob("*.ckpt"), *(folder / BEST).glob("*.safetensors")]:
        os.remove(file)
