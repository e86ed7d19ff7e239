"""Training of a network's own weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.trainer.adaptation import adapted, freeze_statistics
from towhee.trainer.batches import FeatureRows, input_batches
from towhee.trainer.course import run_course, task_loss
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import embedded
from towhee.trainer.projecting import composed
from towhee.trainer.task import Learned, Task
from towhee.trainer.trainable import Rows
from towhee.trainer.trunk import Cut

if TYPE_CHECKING:
    import torch

_FIRST_LOGIT = 3.0
"""What the mean of a class has, in the mean, as its logit before anything is trained."""

_MOST_POSITIONS = 3 * 2**30
"""Bytes that the output of the frozen part may have for all samples, in memory."""


def tuned(task: Task) -> Learned:
    """The network's own weights, all of them, the last stages, or low-rank layers beside them."""
    settings, config = task.settings, task.config
    model, projection = task.model.load()
    decay = config.optimizer_arguments.get("weight_decay", 0.05)
    stages = task.model.stages(model)
    adaptation = adapted(model, settings.method, settings.lr, decay, stages)
    if config.freeze_bn:
        freeze_statistics(model, all_of_them=True)
    if task.model.abilities.from_scratch:  # what there was before says nothing of its vectors
        projection = None
    whole = _vectors_of(task, model, projection)
    if task.model.abilities.from_scratch:
        loss = task_loss(task, _length(task, whole))
    else:
        loss = task_loss(task, task.known.vectors.shape[1])
        _begin_classifier(loss, task)
    cut = _cut(task, model)
    rows: Rows
    gallery: Rows
    queries: Rows
    if cut is None:
        rows = task.model.training_rows(task.train, settings.augment, config.seed)
        network = whole
        gallery = task.model.serving_rows(task.train.subset(task.gallery))
        queries = task.model.serving_rows(task.evaluation)
    else:
        known, queries = (_positions(task, cut, each) for each in (task.train, task.evaluation))
        rows, gallery = known, known.subset(task.gallery)
        network = _vectors_of(task, cut.tail, projection)
    size_of_batch = config.val_batch_size or settings.batch_size

    def evaluate(part: torch.nn.Module) -> dict[str, float]:
        # A sample to train on may be lost on the way; with fewer to measure with, measures of two
        # epochs could not be compared.
        lost: list[int] = []
        searched = _computed(part, gallery, size_of_batch, settings.workers, lost)
        asked = _computed(part, queries, size_of_batch, settings.workers)
        known = task.known.subset(np.delete(task.gallery, lost)).with_vectors(searched)
        return task.measure(known, task.queries.with_vectors(asked))

    outcome = run_course(task, network, loss, adaptation.groups, rows, evaluate)
    model.cpu()
    loss.cpu()
    adaptation.finish()
    model.eval()
    classifier = getattr(loss, "classifier", None)
    if classifier is not None and projection is not None:
        classifier = composed(projection, classifier)
    if classifier is not None and not task.model.takes_classifier(model, classifier):
        classifier = None
    return Learned(
        model,
        projection,
        classifier,
        outcome,
        adaptation.trained + ("" if cut is None else f", behind {cut.layer}"),
    )


def _cut(task: Task, model: Any) -> Cut | None:
    """Where the network is cut, ``None`` where all of it has to run every epoch."""
    settings = task.settings
    is_fixed = settings.method == "partial" and settings.augment == "none"
    cut = task.model.cut(model, task.train) if is_fixed else None
    if cut is None:
        return None
    size = 2 * math.prod(cut.shape) * (len(task.train) + len(task.evaluation))
    return cut if size <= _MOST_POSITIONS else None


def _positions(task: Task, cut: Cut, data: TrainingData) -> FeatureRows:
    """The output of the frozen part for all samples."""
    ref = task.model.positions(cut.layer)
    found = embedded(ref, data, read=task.model.sample, what="train on", dtype=np.float16)
    if found.skipped:
        raise DataError(f"{len(found.skipped)} files are gone, first {found.skipped[0]!r}")
    return FeatureRows(found.vectors, found.labels, cut.shape)


def _vectors_of(task: Task, model: Any, projection: torch.nn.Linear | None) -> torch.nn.Module:
    import torch

    whole = task.model.vectors(model)
    if projection is None:
        return whole
    projection.requires_grad_(False)  # what maps the features stays, and the features move
    return torch.nn.Sequential(whole, projection)


def _length(task: Task, network: torch.nn.Module) -> int:
    """Of the vectors that a network gives, as it gives them of one sample."""
    import torch

    rows = task.model.serving_rows(task.train.subset([0]))
    with torch.inference_mode():
        network.eval()
        return int(_computed(network, rows, 1, 0).shape[1])


def _computed(
    network: torch.nn.Module, rows: Rows, size: int, workers: int, lost: list[int] | None = None
) -> npt.NDArray[np.float32]:
    batches = input_batches(rows, size, network, workers, lost)
    return np.concatenate([network(batch).float().cpu().numpy() for batch in batches])


def _begin_classifier(loss: torch.nn.Module, task: Task) -> None:
    """Begin with the class means as a classifier, not with noise that would spoil the features.

    Source: Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform
    Out-of-Distribution", 2022, for why the head is made first.
    """
    import torch

    classifier = getattr(loss, "classifier", None)
    if classifier is None:
        return
    vectors, labels = task.known.vectors.astype(np.float64), task.known.labels
    centre = vectors.mean(0)
    means = np.zeros((len(task.train.classes), vectors.shape[1]))
    for number in np.unique(labels):
        means[number] = vectors[labels == number].mean(0) - centre
    squares = np.square(means).sum(1)
    scale = _FIRST_LOGIT / max(1e-12, float(squares.mean()))
    with torch.no_grad():
        classifier.weight.copy_(torch.from_numpy(scale * means))
        classifier.bias.copy_(torch.from_numpy(-scale * (means @ centre + squares / 2)))
