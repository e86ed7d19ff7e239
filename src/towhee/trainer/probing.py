"""Training of a projection of features that are computed once."""

from __future__ import annotations

import torch

from towhee.trainer.batches import FeatureRows
from towhee.trainer.course import run_course, task_loss
from towhee.trainer.projecting import Head, composed
from towhee.trainer.settings import PROJECTION
from towhee.trainer.task import Learned, Task


def probed(task: Task) -> Learned:
    """A projection of features that are computed once."""
    model, before = task.model.load()
    features = task.known.vectors
    head = Head(features, min(PROJECTION, features.shape[1]))
    loss = task_loss(task, head.projection.out_features)
    rows = FeatureRows(features, task.known.labels)

    def evaluate(network: torch.nn.Module) -> dict[str, float]:
        device = next(network.parameters()).device
        known, queries = (
            each.with_vectors(network(torch.from_numpy(each.vectors).to(device)).cpu().numpy())
            for each in (task.known, task.queries)
        )
        return task.measure(known, queries)

    groups = [{"params": list(head.projection.parameters()), "lr": task.settings.lr}]
    outcome = run_course(task, head, loss, groups, rows, evaluate)
    head.cpu()
    loss.cpu()
    projection = head.linear()
    classifier = getattr(loss, "classifier", None)
    if classifier is not None:
        classifier = composed(projection, classifier)
    if before is not None:
        projection = composed(before, projection)
        classifier = None if classifier is None else composed(before, classifier)
    if classifier is not None and not task.model.takes_classifier(model, classifier):
        classifier = None
    length = projection.out_features
    return Learned(
        model,
        projection,
        classifier,
        outcome,
        f"a projection of the features to {length} numbers",
    )
