"""Training of a network's own weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.errors import DataError
from towhee.models.layers import with_layer
from towhee.trainer.adaptation import adapted, freeze_statistics
from towhee.trainer.batches import FeatureRows, tensor_batches
from towhee.trainer.course import fits_timm, run_course, task_loss
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import embedded
from towhee.trainer.image_values import TrainingImages, gives_tensors
from towhee.trainer.projecting import composed
from towhee.trainer.task import Learned, Task
from towhee.trainer.trunk import Cut, cut_network

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
    adaptation = adapted(model, settings.method, settings.lr, decay)
    if config.freeze_bn:
        freeze_statistics(model, all_of_them=True)
    whole = _vectors_of(task, model, projection)
    loss = task_loss(task, task.known.vectors.shape[1])
    _begin_classifier(loss, task)
    cut = _cut(task, model)
    if cut is None:
        rows: Any = TrainingImages(task.train, task.model.preprocess, settings.augment, config.seed)
        network = whole
        gallery: Any = TrainingImages(
            task.train.subset(task.gallery), task.model.preprocess, "none"
        )
        queries: Any = TrainingImages(task.evaluation, task.model.preprocess, "none")
    else:
        rows, queries = (_positions(task, cut, each) for each in (task.train, task.evaluation))
        gallery = rows.subset(task.gallery)
        network = _vectors_of(task, cut.tail, projection)
    size_of_batch = config.val_batch_size or settings.batch_size

    def evaluate(part: torch.nn.Module) -> dict[str, float]:
        found = [
            np.concatenate([part(batch).float().cpu().numpy() for batch in batches])
            for batches in (
                tensor_batches(each, size_of_batch, part, settings.workers)
                for each in (gallery, queries)
            )
        ]
        known = task.known.subset(task.gallery).with_vectors(found[0])
        return task.measure(known, task.queries.with_vectors(found[1]))

    outcome = run_course(task, network, loss, adaptation.groups, rows, evaluate)
    model.cpu()
    loss.cpu()
    adaptation.finish()
    model.eval()
    classifier = getattr(loss, "classifier", None)
    if classifier is not None and projection is not None:
        classifier = composed(projection, classifier)
    return Learned(
        model,
        projection,
        classifier if fits_timm(task, model, classifier) else None,
        outcome,
        adaptation.trained + ("" if cut is None else f", behind {cut.layer}"),
    )


def _cut(task: Task, model: Any) -> Cut | None:
    """Where the network is cut, ``None`` where all of it has to run every epoch."""
    settings = task.settings
    is_fixed = settings.method == "partial" and settings.augment == "none"
    if not is_fixed or task.model.layer is not None or gives_tensors(task.train):
        return None
    cut = cut_network(model, task.model.preprocess.input_size)
    if cut is None:
        return None
    size = 2 * math.prod(cut.shape) * (len(task.train) + len(task.evaluation))
    return cut if size <= _MOST_POSITIONS else None


def _positions(task: Task, cut: Cut, data: TrainingData) -> FeatureRows:
    """The output of the frozen part for all samples."""
    ref = task.model.positions(cut.layer)
    found = embedded(ref, data, what="train on", dtype=np.float16)
    if found.skipped:
        raise DataError(f"{len(found.skipped)} files are gone, first {found.skipped[0]!r}")
    return FeatureRows(found.vectors, found.labels, cut.shape)


def _vectors_of(task: Task, model: Any, projection: torch.nn.Linear | None) -> torch.nn.Module:
    import torch

    whole = with_layer(model, task.model.layer, task.model.pooling)
    if projection is None:
        return whole
    projection.requires_grad_(False)  # what maps the features stays, and the features move
    return torch.nn.Sequential(whole, projection)


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
