"""Boxes, classes and scores of detectors in ONNX form come out in the pixels of the image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tiny_faces import detector, recogniser
from towhee import DataCollection, ops, pipe, pipeline
from towhee.errors import DataError, MissingExtraError, UnknownNameError, UsageError, WeightsError
from towhee.models.opencv.letterbox import letterboxed
from towhee.operators.object_detection.opencv import OpenCvObjectDetection
from towhee.types import Detection, Image

SIDE = 64
LABELS = ["cat", "dog", "bird"]
# Of a red image of 100x50, which lies in the middle of the square at 0.64 of its size: 16 from
# above. Two boxes of one class overlap, and one of another class with them.
SQUARE = [(10, 20, 30, 40), (11, 20, 31, 40), (12, 21, 30, 40), (40, 18, 60, 28)]
SCORES = [(0.9, 0, 0), (0.8, 0, 0), (0, 0.7, 0), (0, 0, 0.5)]
EXPECTED = [
    ("cat", 0.9, (15.625, 6.25, 46.875, 37.5)),
    ("dog", 0.7, (18.75, 7.8125, 46.875, 37.5)),
    ("bird", 0.5, (62.5, 3.125, 93.75, 18.75)),
]


def red(width: int = 100, height: int = 50) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = 255
    return image


def middles() -> np.ndarray:
    boxes = np.array(SQUARE, float)
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], axis=1)


def yolov5(path: Path) -> Path:
    """Middle, size, and 1 for that there is something; what comes with red are the classes."""
    rows = np.concatenate([middles(), np.ones((4, 1)), np.zeros((4, 3))], axis=1)
    scores = np.concatenate([np.zeros((4, 5)), SCORES], axis=1)
    return detector(path, rows[None], scores[None], SIDE)


def yolov8(path: Path) -> Path:
    rows = np.concatenate([middles(), np.zeros((4, 3))], axis=1)
    scores = np.concatenate([np.zeros((4, 4)), SCORES], axis=1)
    return detector(path, rows.T[None], scores.T[None], SIDE)


def yolox(path: Path) -> Path:
    """A row for each cell of 8, 16 and 32 pixels; four of the first kind hold something."""
    rows, scores = np.zeros((84, 8)), np.zeros((84, 8))
    for place, (box, of_classes) in enumerate(zip(middles(), SCORES, strict=True)):
        cell = 3 * 8 + place  # of the fourth row
        column, row = place, 3
        rows[cell, :2] = box[:2] / 8 - (column, row)
        rows[cell, 2:4] = np.log(box[2:] / 8)
        rows[cell, 4] = 1
        scores[cell, 5:] = of_classes
    return detector(path, rows[None], scores[None], SIDE, full=255)


def ssd(path: Path) -> Path:
    rows, scores = np.zeros((1, 1, 3, 7)), np.zeros((1, 1, 3, 7))
    for place, (label, score, box) in enumerate(EXPECTED):
        rows[0, 0, place, 1] = LABELS.index(label)
        rows[0, 0, place, 3:] = np.array(box) / (100, 50, 100, 50)
        scores[0, 0, place, 2] = score
    return detector(path, rows, scores, SIDE)


def simple(found: list[Detection]) -> list[tuple[str, Any, Any]]:
    return [
        (each.label, pytest.approx(each.score, abs=1e-4), pytest.approx(each.box, abs=1e-3))
        for each in found
    ]


@pytest.mark.parametrize("make", [yolov5, yolov8, ssd], ids=lambda make: make.__name__)
def test_objects_are_where_the_layout_says(make: Any, tmp_path: Path) -> None:
    find = OpenCvObjectDetection(
        checkpoint=make(tmp_path / "model.onnx"), layout=make.__name__, labels=LABELS, size=SIDE
    )
    assert simple(find(red())) == EXPECTED
    assert find(Image(red(), "BGR")) == []  # which is blue


def test_those_of_yolox_lie_at_the_upper_left_and_its_pixels_are_not_divided(
    tmp_path: Path,
) -> None:
    find = OpenCvObjectDetection(
        checkpoint=yolox(tmp_path / "model.onnx"), labels=LABELS, size=SIDE
    )
    lower = [(label, score, (a, b + 25, c, d + 25)) for label, score, (a, b, c, d) in EXPECTED]
    assert simple(find(red())) == lower


def test_the_pipeline_reads_the_picture_and_finds_the_same(tmp_path: Path) -> None:
    picture = tmp_path / "red.png"
    PIL.Image.fromarray(red()).save(picture)
    find = pipeline(
        "object-detection-opencv",
        checkpoint=yolov8(tmp_path / "model.onnx"),
        layout="yolov8",
        labels=LABELS,
        size=SIDE,
    )
    assert simple(find(picture)) == EXPECTED
    assert [simple(found) for found in find([str(picture)] * 2)] == [EXPECTED] * 2


def test_settings_leave_objects_out(tmp_path: Path) -> None:
    model = yolov8(tmp_path / "model.onnx")
    for settings, labels in (
        ({"min_score": 0.6}, ["cat", "dog"]),
        ({"topk": 1}, ["cat"]),
        ({"max_overlap": 0.99}, ["cat", "cat", "dog", "bird"]),
        ({"labels": ["cat"]}, ["cat", "1", "2"]),
        ({"labels": None}, ["person", "bicycle", "car"]),
    ):
        find = OpenCvObjectDetection(
            checkpoint=model,
            layout="yolov8",
            size=SIDE,
            **{"labels": LABELS, **settings},  # type: ignore[arg-type]
        )
        assert [each.label for each in find(red())] == labels, settings


def test_an_image_without_objects_gives_an_empty_list_and_size_does_not_matter(
    tmp_path: Path,
) -> None:
    find = OpenCvObjectDetection(
        checkpoint=yolov5(tmp_path / "model.onnx"), layout="yolov5", labels=LABELS, size=SIDE
    )
    for image in (np.zeros((1, 1), np.uint8), np.zeros((50, 3, 3), np.uint8)):
        assert find(image) == []
    assert [each.label for each in find(red(7, 900))] == ["cat", "dog", "bird"]
    chain = DataCollection([red(90 + i) for i in range(9)]).map(find)
    assert [len(objects) for objects in chain.to_list()] == [3] * 9


@pytest.mark.parametrize(
    ("size", "is_centred", "place"),
    [((40, 20), True, (16, 48, 0, 64)), ((20, 40), False, (0, 64, 0, 32))],
)
def test_an_image_keeps_its_proportions_in_the_square(
    size: tuple[int, int], is_centred: bool, place: tuple[int, int, int, int]
) -> None:
    square, at = letterboxed(red(*size), SIDE, is_centred=is_centred)
    top, bottom, left, right = place
    assert (square[top:bottom, left:right] == (255, 0, 0)).all()
    assert (square == 114).all(axis=2).sum() == SIDE * SIDE - (bottom - top) * (right - left)
    whole = np.array([[left, top, right, bottom]], np.float32)
    assert at.in_image(whole).tolist() == [[0, 0, *size]]


@pytest.mark.parametrize(("version", "make"), [("yolov5", yolov5), ("yolov8", yolov8)])
def test_chains_of_earlier_versions_get_three_columns(
    version: str, make: Any, tmp_path: Path
) -> None:
    model = str(make(tmp_path / "model.onnx"))
    find = getattr(ops.object_detection, version)(checkpoint=model, labels=LABELS, size=SIDE)
    chain = (
        pipe.input("image")
        .map("image", ("box", "class", "score"), find)
        .output("box", "class", "score")
    )
    boxes, classes, scores = chain(red()).get()
    assert classes == ["cat", "dog", "bird"]
    assert scores == pytest.approx([0.9, 0.7, 0.5])
    assert boxes[0] == pytest.approx([15.625, 6.25, 46.875, 37.5])
    assert chain(red() * 0).get() == [[], [], []]


def test_another_layout_size_or_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    model = yolov5(tmp_path / "model.onnx")
    for layout in ("yolox", "ssd"):
        with pytest.raises(WeightsError, match=r"gives \(1, 4, 8\), which is another layout"):
            OpenCvObjectDetection(checkpoint=model, layout=layout, size=SIDE)(red())
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"no model")
    with pytest.raises(WeightsError, match="is no ONNX model that OpenCV reads"):
        OpenCvObjectDetection(checkpoint=damaged)(red())
    of_faces = recogniser(tmp_path / "faces.onnx", rows=1)
    with pytest.raises(WeightsError, match=r"does not take \(1, 3, 64, 64\): pass size="):
        OpenCvObjectDetection(checkpoint=of_faces, size=SIDE)(red())


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    find = OpenCvObjectDetection(checkpoint=yolov5(tmp_path / "model.onnx"), layout="yolov5")
    for value in (None, "photograph.jpg", np.zeros((4, 4, 3))):
        with pytest.raises(DataError):
            find(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"layout": "yolo"},
        {"labels": "cat"},
        {"size": 0},
        {"topk": 0},
        {"min_score": 2},
        {"max_overlap": -1},
        {"model_name": "yolov8n"},
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises((UsageError, UnknownNameError)):
        OpenCvObjectDetection(**wrong)


@pytest.mark.parametrize("version", ["yolov5", "yolov8"])
def test_without_weights_the_remedy_is_said(version: str) -> None:
    with pytest.raises(UsageError, match=f"a {version} has no weights.*yolo export format=onnx"):
        getattr(ops.object_detection, version)()


def test_without_opencv_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[opencv\]"'):
        OpenCvObjectDetection(checkpoint=yolov5(tmp_path / "model.onnx"))(red())
