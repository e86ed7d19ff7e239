"""Labels get the scores that transformers' own zero-shot pipeline gives them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import tiny_image_models as tiny
from towhee import DataCollection
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers
from towhee.operators.image_classification.zero_shot import ZeroShotImageClassification

IMAGES = tiny.photographs(5)
LABELS = ["cat", "dog", "two birds", "tax"]


def of_transformers(kind: str, folder: Path, **settings: Any) -> list[dict[str, float]]:
    """The scores of transformers' pipeline for ``IMAGES``, by label."""
    transformers = import_transformers()
    classify = transformers.pipeline(
        "zero-shot-image-classification",
        model=getattr(transformers, kind).from_pretrained(folder),
        tokenizer=transformers.AutoTokenizer.from_pretrained(folder),
        image_processor=transformers.AutoImageProcessor.from_pretrained(folder, backend="pil"),
        device="cpu",
    )
    found = []
    for image in IMAGES:
        picture = PIL.Image.fromarray(np.asarray(image))
        said = classify(picture, candidate_labels=LABELS, **settings)
        found.append({each["label"]: each["score"] for each in said})
    return found


CASES = {"clip": ("CLIPModel", tiny.clip), "siglip": ("SiglipModel", tiny.siglip)}


@pytest.mark.parametrize("backend", ["torch", "onnxruntime"])
@pytest.mark.parametrize(("kind", "build"), CASES.values(), ids=CASES)
def test_scores_are_those_of_transformers(
    kind: str, build: Callable[[Path], Path], backend: str, tmp_path: Path
) -> None:
    folder = build(tmp_path / "model")
    classify = ZeroShotImageClassification(LABELS, checkpoint=folder, backend=backend)
    answers = classify.batch(IMAGES)
    for ours, theirs in zip(answers, of_transformers(kind, folder), strict=True):
        assert {each.label for each in ours} == set(LABELS)
        assert max(abs(each.score - theirs[each.label]) for each in ours) < 1e-5


def test_the_template_is_the_sentence_that_is_read(tmp_path: Path) -> None:
    folder = tiny.clip(tmp_path / "model")
    template = "a drawing: {}!"
    theirs = of_transformers("CLIPModel", folder, hypothesis_template=template)
    answers = ZeroShotImageClassification(
        LABELS, template=template, checkpoint=folder, backend="torch"
    ).batch(IMAGES)
    for ours, expected in zip(answers, theirs, strict=True):
        assert max(abs(each.score - expected[each.label]) for each in ours) < 1e-5


def test_the_surest_labels_come_first_and_as_many_as_asked_for(tmp_path: Path) -> None:
    folder = tiny.siglip(tmp_path / "model")
    every = ZeroShotImageClassification(LABELS, checkpoint=folder, backend="torch").batch(IMAGES)
    two = ZeroShotImageClassification(LABELS, topk=2, checkpoint=folder, backend="torch")
    for few, all_of_them in zip(two.batch(IMAGES), every, strict=True):
        scores = [each.score for each in all_of_them]
        assert scores == sorted(scores, reverse=True)
        assert few == all_of_them[:2]


def test_a_chain_gives_each_row_the_scores_of_its_own_image(tmp_path: Path) -> None:
    folder = tiny.clip(tmp_path / "model")
    how = {"checkpoint": folder, "backend": "torch"}
    alone = [ZeroShotImageClassification(LABELS, **how)(image) for image in IMAGES]
    chain = DataCollection(IMAGES * 2).image_classification.zero_shot(LABELS, **how)
    for ours, expected in zip(chain.to_list(), alone * 2, strict=True):
        scores = {each.label: each.score for each in expected}
        assert max(abs(each.score - scores[each.label]) for each in ours) < 1e-6
    assert ZeroShotImageClassification(LABELS, **how).batch([]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": []},
        {"labels": "cat"},
        {"labels": ["cat", ""]},
        {"labels": ["cat", 3]},
        {"labels": ["cat", "cat"]},
        {"template": "a photo"},
        {"template": "{} or {}"},
        {"template": None},
        {"topk": 0},
        {"topk": "all"},
        {"backend": "tensorflow"},
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ZeroShotImageClassification(**{"labels": LABELS, **wrong})


def test_a_model_that_reads_no_texts_is_refused(tmp_path: Path) -> None:
    folder = tiny.dinov2(tmp_path / "model")
    with pytest.raises(WeightsError, match="kind 'dinov2'; labels are scored with one of clip, si"):
        ZeroShotImageClassification(LABELS, checkpoint=folder)(IMAGES[0])


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    classify = ZeroShotImageClassification(
        LABELS, checkpoint=tiny.clip(tmp_path / "model"), backend="torch"
    )
    with pytest.raises(DataError, match="is not an image"):
        classify("cat.jpg")
