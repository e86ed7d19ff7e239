"""Measures of a trained model, and of the untouched one, on samples that chose nothing."""

from __future__ import annotations

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import embedded
from towhee.trainer.measuring import Measures
from towhee.trainer.models.kinds import model_of
from towhee.trainer.pairs import holds_pairs


def measured_elsewhere(
    untouched: OperatorRef,
    trained: OperatorRef,
    known: TrainingData,
    test: TrainingData,
    metric: str,
    seed: int,
) -> tuple[dict[str, float], dict[str, float]]:
    """The measures of the untouched model, and those of the trained one.

    Args:
        untouched: the operator as it was.
        trained: the operator as it is now.
        known: the samples that were trained on, among which neighbours are searched.
        test: the samples to measure with.
        metric: the measure that decides.
        seed: of the gallery.

    Raises:
        UsageError: for pairs, or for test samples of other classes.
    """
    if holds_pairs(untouched, test):
        raise UsageError("pairs cannot be measured so yet: leave out test_dataset")
    aligned = test.aligned(known.classes)
    chosen = aligned.subset((aligned.labels >= 0) & (aligned.labels < len(known.classes)))
    if not len(chosen):
        raise UsageError("no test sample is of a class that is trained")
    model = model_of(untouched)
    found = []
    for ref in (model.features, trained):
        gallery = embedded(ref, known, read=model.sample, what="search")
        queries = embedded(ref, chosen, read=model.sample, what="test with")
        found.append(Measures(metric, seed, gallery).of(gallery, queries))
    return found[0], found[1]
