"""``pretrain``: a network that has seen the user's kind of images before it sees their labels."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import Embedded, embedded
from towhee.trainer.measuring import Measures
from towhee.trainer.models.image_model import ImageModel
from towhee.trainer.models.kinds import model_of
from towhee.trainer.preparing import CHECKPOINTS, prepare_folder
from towhee.trainer.pretraining.building import built, check_suits, image_model
from towhee.trainer.pretraining.card import pretrained_card
from towhee.trainer.pretraining.job import Done, Job
from towhee.trainer.pretraining.recipe import no_help
from towhee.trainer.pretraining.result import PretrainingResult
from towhee.trainer.pretraining.running import run_job
from towhee.trainer.resuming import resumed_checkpoint
from towhee.trainer.trained_folder import write_card
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

DEFAULT = "simclr"


def pretrain(
    ref: OperatorRef,
    config: TrainingConfig,
    data: TrainingData,
    evaluation: TrainingData | None = None,
    *,
    callbacks: Sequence[Any] = (),
) -> PretrainingResult:
    """Train the model of an operator on images without labels, as a step in front of labels.

    The method is ``config.pretrain``, SimCLR if that says nothing. The last weights are what is
    kept: no measure without labels says which were the best.

    Args:
        ref: the operator, ``ops.image_embedding.timm(…).ref``.
        config: what the training is to be like.
        data: images; their labels are not looked at.
        evaluation: images with labels, by which the untouched model and the trained one are
            compared: each half of them finds its neighbours in the other. Without it nothing is
            said of how good the model is.
        callbacks: of Lightning.

    Returns:
        Where the model is, and how much better it is, if that could be measured.

    Raises:
        UsageError: for an operator, data or settings that do not suit the method; it says what
            would.
        TrainingError: if the training diverges, or the disk is full.

    Example:
        >>> from towhee import ops
        >>> from towhee.trainer import dataset
        >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
        >>> photos = dataset("photos/", label=False)  # doctest: +SKIP
        >>> config = TrainingConfig(pretrain="simclr")
        >>> print(pretrain(op.ref, config, photos, dataset("shoes/")))  # doctest: +SKIP
        knn 0.6120 → 0.6710 by simclr, in output_dir/model
    """
    method, arguments = named(config)
    model = image_model(model_of(ref), method)
    check_suits(model, method)
    if config.lr == "find":
        raise UsageError(f"lr='find' looks for a rate by labels, and {method} has none: name one")
    folder = Path(config.output_dir)
    resume = resumed_checkpoint(config, folder / CHECKPOINTS)
    prepare_folder(folder, config, is_resumed=resume is not None)
    scored = None if evaluation is None else _Scored(model, evaluation, config)
    baseline = {} if scored is None else scored.of(model.features)
    whole = {
        "batch_size": config.batch_size,
        "epoch_num": config.epoch_num,
        "lr": config.lr,
    }
    arguments = {name: value for name, value in whole.items() if value is not None} | arguments
    job = Job(model, config, method, arguments, data, folder, resume, callbacks)
    done = run_pretraining(job)
    metrics = {} if scored is None else scored.of(done.ref)
    metric = "" if scored is None else scored.name
    warnings = [*done.warnings]
    if scored is None:
        warnings.append(
            "nothing says whether this model is better than the untouched one: pass images with "
            "labels as eval_dataset, or train it with labels and compare"
        )
    elif not metrics[metric] > baseline[metric]:
        warnings.append(no_help(method, metric, baseline[metric], metrics[metric]))
    for warning in warnings:
        logger.warning("%s", warning)
    write_card(
        done.folder,
        pretrained_card(
            model,
            how=method,
            count=len(data),
            figures={name: (baseline[name], metrics[name]) for name in metrics},
            reasons=done.reasons,
            settings={**config.to_dict(), "output_dir": folder.name},
            warnings=warnings,
        ),
    )
    result = PretrainingResult(
        folder=done.folder,
        ref=done.ref,
        method=method,
        metric=metric,
        baseline=baseline,
        metrics=metrics,
        history=tuple(done.outcome.history),
        reasons=done.reasons,
        warnings=tuple(warnings),
    )
    logger.info("%s", result)
    return result


def run_pretraining(job: Job) -> Done:
    """Train by one of the methods, and write the model folder."""
    assert isinstance(job.model, ImageModel)  # which ``image_model`` has made sure of
    is_new = job.model.spec.source == "random"
    return run_job(job, built, is_new=is_new)


def named(config: TrainingConfig) -> tuple[str, dict[str, Any]]:
    """The method of a config, and its arguments."""
    given = config.pretrain
    if given is None:
        return DEFAULT, {}
    if isinstance(given, str):
        return given, {}
    return str(given["name_"]), {name: each for name, each in given.items() if name != "name_"}


class _Scored:
    """Labelled images, one half of which finds its neighbours in the other."""

    def __init__(self, model: ImageModel, evaluation: TrainingData, config: TrainingConfig) -> None:
        if not evaluation.is_labelled or len(np.unique(evaluation.labels)) < 2:
            raise UsageError(
                "eval_dataset measures by labels, and some of its samples have none, or all the "
                "same; leave it out to go without a measure"
            )
        self._model = model
        self._halves = evaluation.split(0.5, config.seed)
        self._config = config
        self._measures: Measures | None = None

    @property
    def name(self) -> str:
        """Of the measure that decides."""
        assert self._measures is not None  # as ``of`` was called before
        return self._measures.metric.name

    def of(self, ref: OperatorRef) -> dict[str, float]:
        """The measures of an operator."""
        known, queries = (self._embedded(ref, half) for half in self._halves)
        if self._measures is None:
            self._measures = Measures(self._config.metric or "knn", self._config.seed, known)
        return self._measures.of(known, queries)

    def _embedded(self, ref: OperatorRef, data: TrainingData) -> Embedded:
        return embedded(ref, data, read=self._model.sample, what="evaluate with")
