"""Aligned faces have their landmarks where models want them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest

from tiny_faces import mtcnn_checkpoint, recogniser
from towhee import dc
from towhee.errors import DataError, UsageError
from towhee.operators.face_align.align import ARCFACE, FaceAlign
from towhee.operators.face_detection.mtcnn import MtcnnFaceDetection
from towhee.operators.image_embedding.embedded import EmbeddedImageEmbedding
from towhee.types import Face, Image

ASTRONAUT = np.array(
    [
        [144.065, 71.649],
        [174.242, 73.452],
        [158.754, 91.393],
        [142.022, 98.473],
        [172.827, 100.77],
    ],
    np.float32,
)


def photograph(name: str = "gallery/astronaut") -> np.ndarray:
    with PIL.Image.open(str(files("towhee.samples").joinpath(f"{name}.jpg"))) as picture:
        return np.asarray(picture.convert("RGB"))


def brightest(image: np.ndarray) -> np.ndarray:
    """The middle of what is bright, in pixels: x, y."""
    weight = np.asarray(image).astype(float).sum(axis=2)
    rows, columns = np.indices(weight.shape)
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


@pytest.mark.parametrize("size", [112, 160])
@pytest.mark.parametrize("angle", [0, 0.4, -2.0])
def test_each_landmark_comes_to_lie_on_the_template(size: int, angle: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    landmarks = (ARCFACE - 56) @ (1.7 * turn).T + (150, 140)
    for place, (x, y) in enumerate(landmarks):
        image = np.zeros((300, 300, 3), np.uint8)
        cv2.circle(image, (round(x), round(y)), 4, (255, 255, 255), -1)
        aligned = FaceAlign(size)(image, landmarks)
        assert np.abs(brightest(aligned) - ARCFACE[place] * size / 112).max() < 1


def test_the_pixels_are_those_of_opencv(tmp_path: Path) -> None:
    face = Face([126.5, 43.2, 188.3, 123.3], 1.0, ASTRONAUT)
    assert face.landmarks is not None
    row = np.concatenate([face.box[:2], face.box[2:] - face.box[:2], face.landmarks.ravel(), [1]])
    opencv = cv2.FaceRecognizerSF.create(str(recogniser(tmp_path / "model.onnx", rows=1)), "")
    theirs = opencv.alignCrop(photograph(), row.astype(np.float32)[None])
    ours = np.asarray(FaceAlign()(photograph(), face))
    difference = np.abs(theirs.astype(int) - ours)
    assert difference.max() <= 4
    assert difference.mean() < 0.6


def test_a_list_of_faces_gives_a_list_of_images_and_none_an_empty_one() -> None:
    face = Face([0, 0, 9, 9], 1.0, ASTRONAUT)
    align = FaceAlign()
    one = align(photograph(), face)
    both = align(photograph(), [face, face])
    assert [np.array_equal(each, one) for each in both] == [True, True]
    assert align(photograph(), []) == []
    assert align(photograph(), ASTRONAUT).tolist() == np.asarray(one).tolist()  # type: ignore[union-attr]


def test_the_order_of_colours_and_grey_are_kept() -> None:
    align = FaceAlign()
    rgb, bgr = (
        align(Image(pixels, mode), ASTRONAUT)
        for pixels, mode in ((photograph(), "RGB"), (photograph()[:, :, ::-1], "BGR"))
    )
    assert isinstance(bgr, Image)
    assert bgr.mode == "BGR"
    assert np.array_equal(np.asarray(bgr)[:, :, ::-1], np.asarray(rgb))
    grey = align(Image(photograph()).to("L"), ASTRONAUT)
    assert isinstance(grey, Image)
    assert (grey.mode, grey.shape) == ("L", (112, 112))


def test_a_chain_aligns_the_faces_in_a_second_column() -> None:
    rows = dc["image", "face"]([(photograph(), ASTRONAUT), (photograph()[:, ::-1], [])])
    first, second = rows.face_align[("image", "face"), "aligned"]()
    assert np.array_equal(first.aligned, FaceAlign()(photograph(), ASTRONAUT))
    assert second.aligned == []


def test_edited_faces_are_nearer_to_their_originals_than_to_others(tmp_path: Path) -> None:
    """Detector and embedding have trained weights; the latter tells pictures of one thing."""
    find = MtcnnFaceDetection(checkpoint=mtcnn_checkpoint(tmp_path))
    originals = ["gallery/astronaut", "gallery/naval_officer", "gallery/cameraman"]
    edited = ["queries/astronaut_mirrored", "queries/naval_officer_stretched"]
    photographs = [photograph(name) for name in originals + edited]
    faces = [FaceAlign()(each, find(each)[0]) for each in photographs]
    vectors = EmbeddedImageEmbedding().batch(faces)  # type: ignore[arg-type]
    cosines = vectors[3:] @ vectors[:3].T
    assert cosines.argmax(axis=1).tolist() == [0, 1]
    own, others = cosines.max(axis=1), np.sort(cosines)[:, :2]
    assert own.min() > 0.75 > 0.6 > others.max()


def test_a_face_much_larger_than_what_is_made_is_averaged_not_sampled() -> None:
    stripes = np.zeros((1200, 1200, 3), np.uint8)
    stripes[:, ::2] = 200
    aligned = np.asarray(FaceAlign()(stripes, ARCFACE * 8 + 100))
    assert np.abs(aligned[5:-5, 5:-5].astype(int) - 100).max() <= 2


@pytest.mark.parametrize(
    ("face", "said"),
    [
        (Face([0, 0, 9, 9], 1.0), "no landmarks to align by.*face_crop"),
        ([[1, 2]] * 4, "five landmarks"),
        (None, "second column"),
        ("face", "five landmarks"),
        ([[1, 1]] * 5, "all at one place"),
        ([[np.nan, 1]] * 5, "finite"),
    ],
    ids=str,
)
def test_a_face_without_landmarks_is_refused_with_the_remedy(face: Any, said: str) -> None:
    with pytest.raises((DataError, UsageError), match=said):
        FaceAlign()(photograph(), face)


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(DataError, match="is not an image"):
        FaceAlign()("astronaut.jpg", ASTRONAUT)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"size": 0}, {"size": 1.5}, {"template": [[1, 2]]}], ids=str)
def test_arguments_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        FaceAlign(**wrong)
