"""Objects are those of transformers' own pipeline, boxes to fractions of a pixel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tiny_tasks import detr, pictures, rt_detr, yolos
from towhee.errors import UsageError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.object_detection.transformers import TransformersObjectDetection
from towhee.types import Detection

Maker = Callable[[Path], Path]
THRESHOLD = 0.25


def of_transformers(folder: Path) -> list[list[dict[str, Any]]]:
    """What the pipeline of transformers gives for ``pictures``, the surest first."""
    transformers = import_transformers()
    with quiet_transformers():
        detect = transformers.pipeline(
            "object-detection",
            model=str(folder),
            image_processor=transformers.AutoImageProcessor.from_pretrained(folder, backend="pil"),
            device="cpu",
        )
        found = [detect(PIL.Image.fromarray(image), threshold=THRESHOLD) for image in pictures()]
    return [sorted(each, key=lambda one: -one["score"]) for each in found]


@pytest.mark.parametrize("make", [yolos, detr, rt_detr])
def test_objects_are_those_of_transformers(make: Maker, tmp_path: Path) -> None:
    folder = make(tmp_path / "model")
    detect = TransformersObjectDetection(checkpoint=folder, min_score=THRESHOLD, device="cpu")
    ours, theirs = detect.batch(pictures()), of_transformers(folder)
    assert sum(map(len, theirs)) > 10
    for found, expected in zip(ours, theirs, strict=True):
        assert len(found) == len(expected)
        assert [each.score for each in found] == pytest.approx(
            [each["score"] for each in expected], abs=1e-5
        )
        for other in expected:
            assert any(is_same(one, other) for one in found), (other, found)


def is_same(one: Detection, other: dict[str, Any]) -> bool:
    """Whether it is the pipeline's, whose boxes are cut to whole pixels."""
    corners = [other["box"][side] for side in ("xmin", "ymin", "xmax", "ymax")]
    near = all(
        -1e-3 < abs(ours) - abs(cut) < 1 + 1e-3 for ours, cut in zip(one.box, corners, strict=True)
    )
    return near and one.label == other["label"] and abs(one.score - other["score"]) < 1e-5


@pytest.mark.parametrize("make", [yolos, detr, rt_detr])
def test_boxes_are_in_pixels_of_the_image_that_came(make: Maker, tmp_path: Path) -> None:
    import torch

    transformers = import_transformers()
    folder = make(tmp_path / "model")
    detect = TransformersObjectDetection(checkpoint=folder, min_score=THRESHOLD, device="cpu")
    model = transformers.AutoModelForObjectDetection.from_pretrained(folder)
    processor = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
    for image in pictures():
        given = processor(images=PIL.Image.fromarray(image), return_tensors="pt")
        with torch.inference_mode():
            found = processor.post_process_object_detection(
                model(**given), THRESHOLD, torch.tensor([image.shape[:2]])
            )[0]
        theirs = sorted(
            zip(found["scores"].tolist(), found["boxes"].tolist(), strict=True), reverse=True
        )
        ours = sorted(((each.score, list(each.box)) for each in detect(image)), reverse=True)
        assert len(ours) == len(theirs) > 0
        for (_, one), (_, other) in zip(ours, theirs, strict=True):
            assert np.abs(np.subtract(one, other)).max() < 1e-5 * max(image.shape)


def test_nothing_sure_enough_is_an_empty_list(tmp_path: Path) -> None:
    folder = detr(tmp_path / "model")
    assert TransformersObjectDetection(checkpoint=folder, min_score=0.999)(pictures()[0]) == []


def test_a_score_that_nothing_exceeds_is_refused() -> None:
    with pytest.raises(UsageError, match="min_score is from 0 to below 1, not 1"):
        TransformersObjectDetection(min_score=1)


def test_a_detection_can_be_compared_and_kept_in_a_set() -> None:
    one = Detection((1.0, 2.0, 3.0, 4.0), "bird", 0.5)
    assert {one, Detection((1.0, 2.0, 3.0, 4.0), "bird", 0.5)} == {one}
