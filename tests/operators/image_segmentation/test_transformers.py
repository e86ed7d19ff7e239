"""Masks are those of transformers' own pipeline, to the pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tiny_tasks import detr, mask2former, pictures, segformer
from towhee.errors import UsageError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.image_segmentation.transformers import TransformersImageSegmentation


def panoptic_detr(into: Path) -> Path:
    return detr(into, "DetrForSegmentation")


def of_transformers(folder: Path, kind: str | None) -> list[list[dict[str, Any]]]:
    """What the pipeline of transformers gives for ``pictures``; objects the surest first."""
    transformers = import_transformers()
    with quiet_transformers():
        divide = transformers.pipeline(
            "image-segmentation",
            model=str(folder),
            image_processor=transformers.AutoImageProcessor.from_pretrained(folder, backend="pil"),
            device="cpu",
        )
        found = [
            divide(
                PIL.Image.fromarray(image),
                subtask=kind,
                threshold=0.1,
                mask_threshold=0.5,
                overlap_mask_area_threshold=0.1,
            )
            for image in pictures()
        ]
    return [sorted(each, key=lambda one: -(one["score"] or 0)) for each in found]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (segformer, "semantic"),
        (mask2former, "semantic"),
        (mask2former, "instance"),
        (mask2former, "panoptic"),
        (panoptic_detr, "panoptic"),
    ],
)
def test_masks_labels_and_scores_are_those_of_transformers(
    make: Any, kind: str, tmp_path: Path
) -> None:
    folder = make(tmp_path / "model")
    divide = TransformersImageSegmentation(
        checkpoint=folder,
        kind=kind,
        min_score=0.1,
        mask_threshold=0.5,
        overlap_threshold=0.1,
        device="cpu",
    )
    ours, theirs = divide.batch(pictures()), of_transformers(folder, kind)
    assert sum(map(len, theirs)) > 1
    for image, found, expected in zip(pictures(), ours, theirs, strict=True):
        assert [each.label for each in found] == [each["label"] for each in expected]
        for one, other in zip(found, expected, strict=True):
            assert one.mask.shape == image.shape[:2]
            assert one.mask.dtype == bool
            assert np.array_equal(one.mask, np.asarray(other["mask"]) > 0)
            assert (one.score is None) == (other["score"] is None) == (kind == "semantic")
            assert abs((one.score or 0) - (other["score"] or 0)) < 1e-5


def test_every_pixel_is_in_one_class(tmp_path: Path) -> None:
    for parts in TransformersImageSegmentation(checkpoint=segformer(tmp_path / "m")).batch(
        pictures()
    ):
        assert (np.sum([part.mask for part in parts], axis=0) == 1).all()
        assert sum(part.area for part in parts) == parts[0].mask.size


def test_without_a_kind_it_does_the_most_that_the_model_can(tmp_path: Path) -> None:
    for make, kind in ((segformer, "semantic"), (mask2former, "panoptic")):
        folder = make(tmp_path / kind)
        plain = TransformersImageSegmentation(checkpoint=folder)
        assert plain.running.kind == kind


def test_a_kind_that_the_model_cannot_do_is_named_with_what_it_can(tmp_path: Path) -> None:
    divide = TransformersImageSegmentation(checkpoint=segformer(tmp_path / "m"), kind="instance")
    with pytest.raises(UsageError, match="does semantic segmentation, not instance"):
        divide(pictures()[0])


@pytest.mark.parametrize(
    "wrong", [{"kind": "objects"}, {"min_score": -1}, {"mask_threshold": 2}], ids=str
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        TransformersImageSegmentation(**wrong)
