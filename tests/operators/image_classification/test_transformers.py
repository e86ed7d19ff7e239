"""Classes and scores are those of transformers' own pipeline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from tiny_tasks import NAMES, pictures, residual, vit
from towhee.errors import UsageError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.image_classification.transformers import TransformersImageClassification
from towhee.types import Classification

MODELS = {
    "vit": vit,
    "resnet": residual,
    "several at once": lambda into: vit(into, problem_type="multi_label_classification"),
    "numbers": lambda into: vit(into, problem_type="regression"),
}


def of_transformers(folder: Path) -> list[list[Classification]]:
    """What the pipeline of transformers gives for ``pictures``, one after the other."""
    transformers = import_transformers()
    with quiet_transformers():
        classify = transformers.pipeline(
            "image-classification",
            model=str(folder),
            image_processor=transformers.AutoImageProcessor.from_pretrained(folder, backend="pil"),
            device="cpu",
        )
        found = [classify(PIL.Image.fromarray(image)) for image in pictures()]
    return [[Classification(**each) for each in one] for one in found]


@pytest.mark.parametrize("kind", MODELS)
def test_classes_and_scores_are_those_of_transformers(kind: str, tmp_path: Path) -> None:
    folder = MODELS[kind](tmp_path / "model")
    ours = TransformersImageClassification(checkpoint=folder, device="cpu").batch(pictures())
    theirs = of_transformers(folder)
    assert [[each.label for each in one] for one in ours] == [
        [each.label for each in one] for one in theirs
    ]
    scores = [np.array([[each.score for each in one] for one in all]) for all in (ours, theirs)]
    assert np.abs(scores[0] - scores[1]).max() < 1e-5
    assert np.ptp(scores[0], axis=0).max() > 0.01, "the images are told apart"


def test_topk_is_how_many_classes_there_are_at_most(tmp_path: Path) -> None:
    folder = vit(tmp_path / "model")
    (image, *_) = pictures()
    for topk in (1, 3, 9):
        found = TransformersImageClassification(checkpoint=folder, topk=topk)(image)
        assert len(found) == min(topk, len(NAMES))
        assert found == sorted(found, key=lambda each: -each.score)
    with pytest.raises(UsageError, match="topk is a whole number of at least 1, not 0"):
        TransformersImageClassification(checkpoint=folder, topk=0)
