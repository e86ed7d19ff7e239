"""``cross_validate``: a training for each fold, measured with the samples that it did not see."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import embedded
from towhee.trainer.folds.cross_validation import CrossValidation, Fold, summarised
from towhee.trainer.folds.fold_places import Groups, fold_places
from towhee.trainer.folds.folds_page import folds_page
from towhee.trainer.kept_result import RESULT, keep_result, kept_result
from towhee.trainer.models.kinds import model_of
from towhee.trainer.pairs import holds_pairs
from towhee.trainer.preparing import CHECKPOINTS, MODEL
from towhee.trainer.remembered import remembering
from towhee.trainer.result import Measured, TrainingResult
from towhee.trainer.training import train
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

FOLDS, PAGE, TABLE, _ABOUT = "folds", "folds.html", "folds.csv", "folds.json"


def cross_validate(
    ref: OperatorRef,
    config: TrainingConfig,
    data: TrainingData,
    *,
    folds: int = 5,
    groups: Groups | None = None,
    train_on_all: bool = False,
    on_error: OnError = "skip",
    told: Callable[[str], object] = lambda step: None,
) -> CrossValidation:
    """Train once for each fold on the samples of all others, and measure with its own.

    Args:
        ref: the operator.
        config: what each training is to be like; with ``resume_from`` the folds that are finished
            are not trained again.
        data: the samples.
        folds: how many.
        groups: of each sample what it belongs to, or a function that tells it from the sample's
            key: samples of one group are in one fold.
        train_on_all: train on all samples at the end; what is told of that model is the folds'.
        on_error: ``"skip"`` goes on without samples that cannot be read.
        told: is told what is done next.

    Raises:
        UsageError: for an operator, data, settings or folds that do not go together.
        TrainingError: if a training diverges, or the disk is full.

    Example:
        >>> from towhee import dataset, ops
        >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
        >>> found = cross_validate(op.ref, TrainingConfig(), dataset("shoes/"))  # doctest: +SKIP
        >>> print(found)  # doctest: +SKIP
        knn 0.6120 ± 0.0142 → 0.8340 ± 0.0098 by partial, over 5 folds
    """
    folder = Path(config.output_dir)
    parts = fold_places(data, folds, seed=config.seed, groups=groups)
    _prepare(folder, ref, config, data, parts)
    done: list[Fold] = []
    with remembering(folder, (np.float32,)):
        if not holds_pairs(ref, data):
            model = model_of(ref)
            # All at once, so that what a fold learns of does not depend on which is the first.
            embedded(model.features, data, read=model.sample, on_error=on_error, what="train on")
        for number, places in enumerate(parts, 1):
            told(f"fold {number} of {folds}")
            done.append(_fold(ref, config, data, number, places, on_error))
            logger.info("fold %d of %d: %s", number, folds, done[-1].result)
        found = summarised(done, folder)
        if train_on_all:
            told("training on all samples")
            found = replace(found, result=_of_all(ref, config, data, found, on_error))
    (folder / TABLE).write_text(found.csv(), "utf-8")
    (folder / PAGE).write_text(folds_page(found), "utf-8")
    logger.info("%s", found)
    return found


def _fold(
    ref: OperatorRef,
    config: TrainingConfig,
    data: TrainingData,
    number: int,
    places: npt.NDArray[np.int64],
    on_error: OnError,
) -> Fold:
    """The training of one fold, or what an earlier call kept of it."""
    folder = Path(config.output_dir) / FOLDS / f"{number}"
    evaluation = data.subset(places)
    began = time.perf_counter()
    if config.resume_from is not None and (folder / RESULT).is_file():
        result = kept_result(folder, ref)
    else:
        rest = np.setdiff1d(np.arange(len(data)), places)
        result = _trained(ref, config, folder, data.subset(rest), evaluation, on_error)
        keep_result(result, folder, ref)
        for name in (MODEL, CHECKPOINTS):  # many times the size of all else, and not to be used
            shutil.rmtree(folder / name, ignore_errors=True)
    gone = set(result.skipped)
    keys = tuple(key for key in evaluation.sample_keys if key not in gone)
    return Fold(places, keys, result, time.perf_counter() - began)


def _of_all(
    ref: OperatorRef,
    config: TrainingConfig,
    data: TrainingData,
    found: CrossValidation,
    on_error: OnError,
) -> TrainingResult:
    """A training on all samples, as long as those of the folds were at their best."""
    if holds_pairs(ref, data):
        raise UsageError("pairs cannot be trained on as a whole yet: leave out train_on_all")
    here = config.replace(
        epoch_num=found.best_epochs, eval_strategy="no", early_stopping=None, resume_from=None
    )
    how = f"by cross-validation over {len(found.folds)} folds"
    measured = Measured(found.baseline_mean, found.mean, how)
    return train(ref, here, data, measured=measured, on_error=on_error)


def _trained(
    ref: OperatorRef,
    config: TrainingConfig,
    folder: Path,
    data: TrainingData,
    evaluation: TrainingData,
    on_error: OnError,
) -> TrainingResult:
    is_begun = config.resume_from is not None and (folder / CHECKPOINTS).is_dir()
    here = config.replace(
        output_dir=str(folder),
        resume_from=str(folder) if is_begun else None,
        overwrite_output_dir=True,
    )
    return train(ref, here, data, evaluation, on_error=on_error)


def _prepare(
    folder: Path,
    ref: OperatorRef,
    config: TrainingConfig,
    data: TrainingData,
    parts: list[npt.NDArray[np.int64]],
) -> None:
    """Make the folder, without the folds of an earlier call, or see that they are of this one.

    Raises:
        UsageError: if they are of another, or are to stay.
    """
    free = ("output_dir", "overwrite_output_dir", "resume_from", "tensorboard", "print_steps")
    stated = {name: value for name, value in config.to_dict().items() if name not in free}
    digest = hashlib.sha256("\n".join(data.sample_keys).encode())
    for places in parts:
        digest.update(places.astype("<i8").tobytes())
    about: dict[str, Any] = {
        "operator": repr((ref.name, ref.args, ref.kwargs)),
        "config": stated,
        "folds": digest.hexdigest(),
    }
    file = folder / _ABOUT
    if config.resume_from is not None:
        if not file.is_file():
            raise UsageError(f"there is no cross-validation in {str(folder)!r} to resume")
        if json.loads(file.read_text("utf-8")) != json.loads(json.dumps(about)):
            raise UsageError(
                f"the cross-validation in {str(folder)!r} has another operator, data or "
                "settings; set them back, or begin anew without resume_from"
            )
        return
    if file.is_file() and not config.overwrite_output_dir:
        raise UsageError(
            f"output_dir {str(folder)!r} holds an earlier cross-validation: choose another, set "
            "overwrite_output_dir=True, or resume it with resume_from"
        )
    shutil.rmtree(folder / FOLDS, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{_ABOUT}")
    beside.write_text(json.dumps(about), "utf-8")
    os.replace(beside, file)
