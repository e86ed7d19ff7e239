"""Pictures are found by sentences, and sorted by labels, through pipelines with a name."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import tiny_image_models as tiny
from towhee import pipeline
from towhee.errors import UsageError
from towhee.operators.image_classification.zero_shot import ZeroShotImageClassification
from towhee.operators.image_text_embedding.clip import ClipImageTextEmbedding
from towhee.operators.image_text_embedding.siglip import SiglipImageTextEmbedding

GALLERY = Path(str(files("towhee.samples").joinpath("gallery")))
PATHS = [str(GALLERY / f"{name}.jpg") for name in ("cat", "rocket", "wren")]
CASES = {
    "clip": (ClipImageTextEmbedding, tiny.clip),
    "siglip": (SiglipImageTextEmbedding, tiny.siglip),
}


@pytest.mark.parametrize("name", CASES)
def test_images_are_decoded_and_texts_are_taken_as_they_are(name: str, tmp_path: Path) -> None:
    operator, build = CASES[name]
    folder = build(tmp_path / "model")
    how = {"checkpoint": folder, "backend": "torch"}
    images = pipeline(f"text-image-embedding-{name}", **how)
    texts = pipeline(f"text-image-embedding-{name}", modality="text", **how)
    pictures = [PIL.Image.open(path) for path in PATHS]
    for found, values, modality in (
        (images(PATHS), pictures, "image"),
        (texts(PATHS), PATHS, "text"),  # a path is a text like any other
    ):
        expected = operator(modality=modality, **how).batch(values)
        assert np.abs(found - expected).max() < 1e-5
    assert np.abs(images(PATHS[0]) - images(PATHS)[0]).max() < 1e-5


def test_labels_are_scored_for_each_image(tmp_path: Path) -> None:
    how = {"checkpoint": tiny.clip(tmp_path / "model"), "backend": "torch"}
    classify = pipeline("image-classification-zero-shot", labels=["cat", "rocket"], topk=1, **how)
    expected = ZeroShotImageClassification(["cat", "rocket"], topk=1, **how)
    for path, found in zip(PATHS, classify(PATHS), strict=True):
        ((ours,), (theirs,)) = found, expected(PIL.Image.open(path))
        assert ours.label == theirs.label
        assert abs(ours.score - theirs.score) < 1e-5


def test_labels_have_to_be_given() -> None:
    with pytest.raises(UsageError, match="labels"):
        pipeline("image-classification-zero-shot")
