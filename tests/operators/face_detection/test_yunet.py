"""YuNet finds what its network scores, in the pixels of the image as it was.

The published weights cannot be had offline: a graph in their form stands in, to which red squares
are faces, so that the right answer is known (``tiny_faces.yunet_model``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tiny_faces import recogniser, yunet_model
from towhee import DataCollection
from towhee.errors import DataError, MissingExtraError, UsageError, WeightsError
from towhee.operators.face_detection.yunet import YuNetFaceDetection
from towhee.types import Face, Image

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return yunet_model(tmp_path_factory.mktemp("yunet") / "yunet.onnx")


@pytest.fixture(scope="module")
def find(model: Path) -> YuNetFaceDetection:
    return YuNetFaceDetection(checkpoint=model)


def with_squares(*squares: tuple[int, int, tuple[int, int, int]], side: int = 120) -> np.ndarray:
    """A black image in RGB with squares of 8 pixels: left, top, colour."""
    image = np.zeros((side, side, 3), np.uint8)
    for left, top, colour in squares:
        image[top : top + 8, left : left + 8] = colour
    return image


def boxes(faces: list[Face]) -> list[list[float]]:
    return [face.box.tolist() for face in faces]


def test_boxes_and_landmarks_are_where_the_network_says(find: YuNetFaceDetection) -> None:
    (face,) = find(with_squares((64, 40, RED)))
    assert face.box == pytest.approx([56, 32, 80, 56])
    assert face.landmarks is not None
    assert face.landmarks.tolist() == [[64, 40], [72, 40], [68, 44], [64, 48], [72, 48]]
    assert face.score == pytest.approx(1)


def test_the_surest_comes_first(find: YuNetFaceDetection) -> None:
    dim, bright = (200, 0, 0), (240, 0, 0)
    faces = find(with_squares((8, 8, dim), (64, 64, bright)))
    assert [face.score for face in faces] == pytest.approx([240 / 255, 200 / 255], abs=1e-3)


@pytest.mark.parametrize(
    "value",
    [
        with_squares((64, 40, RED)),
        Image(with_squares((64, 40, RED))[:, :, ::-1], "BGR"),
        PIL.Image.fromarray(with_squares((64, 40, RED))),
        np.dstack([with_squares((64, 40, RED)), np.full((120, 120), 255, np.uint8)]),
    ],
    ids=["RGB", "BGR", "PIL", "RGBA"],
)
def test_the_order_of_colours_does_not_matter(find: YuNetFaceDetection, value: Any) -> None:
    assert boxes(find(value)) == [pytest.approx([56, 32, 80, 56])]
    assert find(with_squares((64, 40, BLUE))) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (120, 120)], ids=str)
def test_an_image_without_faces_gives_an_empty_list(
    find: YuNetFaceDetection, shape: tuple[int, int]
) -> None:
    assert find(np.zeros((*shape, 3), np.uint8)) == []
    assert find(np.full(shape, 128, np.uint8)) == []


def test_a_large_image_is_shrunk_and_its_boxes_are_of_its_own_pixels(model: Path) -> None:
    small = with_squares((64, 40, RED), side=128)
    large = np.asarray(PIL.Image.fromarray(small).resize((512, 512), PIL.Image.Resampling.NEAREST))
    (face,) = YuNetFaceDetection(checkpoint=model, max_side=128)(large)
    assert face.box == pytest.approx([224, 128, 320, 224])
    assert face.landmarks is not None
    assert face.landmarks[0].tolist() == [256, 160]


def test_faces_are_left_out_by_score_size_and_number(model: Path) -> None:
    image = with_squares((8, 8, (200, 0, 0)), (64, 64, RED))
    for settings, count in (
        ({"min_score": 0.7}, 2),
        ({"min_score": 0.9}, 1),
        ({"max_faces": 1}, 1),
        ({"min_size": 24}, 2),
        ({"min_size": 25}, 0),
    ):
        faces = YuNetFaceDetection(checkpoint=model, **settings)(image)  # type: ignore[arg-type]
        assert len(faces) == count, settings


def test_a_chain_finds_the_faces_of_images_of_all_sizes(model: Path) -> None:
    images = [with_squares((8, 8, RED), side=side) for side in range(40, 80, 3)]
    chain = DataCollection(images).face_detection.yunet(checkpoint=str(model))
    assert [boxes(faces) for faces in chain.to_list()] == [[[0, 0, 24, 24]]] * len(images)


def test_threads_that_look_at_images_of_other_sizes_do_not_disturb_each_other(
    find: YuNetFaceDetection,
) -> None:
    images = [with_squares((8, 8, RED), side=40 + 8 * (i % 7)) for i in range(70)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(find, images))
    assert [boxes(faces) for faces in found] == [[[0, 0, 24, 24]]] * 70


def test_a_file_that_is_no_yunet_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"no model")
    with pytest.raises(WeightsError, match=r"damaged\.onnx' is no ONNX model"):
        YuNetFaceDetection(checkpoint=damaged)(with_squares())
    other = recogniser(tmp_path / "other.onnx", rows=1)
    with pytest.raises(WeightsError, match=r"other\.onnx' is no YuNet"):
        YuNetFaceDetection(checkpoint=other)(with_squares())


def test_what_is_no_image_is_refused(find: YuNetFaceDetection) -> None:
    for value in (None, "face.jpg", np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(DataError):
            find(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_score": -1},
        {"min_score": 70},
        {"min_score": "high"},
        {"max_faces": 0},
        {"min_size": -1},
        {"max_side": 0},
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        YuNetFaceDetection(**wrong)


def test_the_fingerprint_is_that_of_the_file(find: YuNetFaceDetection, tmp_path: Path) -> None:
    other = yunet_model(tmp_path / "other.onnx")
    assert YuNetFaceDetection(checkpoint=other).fingerprint() == find.fingerprint()
    other.write_bytes(other.read_bytes() + b" ")
    assert YuNetFaceDetection(checkpoint=other).fingerprint() != find.fingerprint()


def test_without_opencv_the_extra_is_named(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[opencv\]"'):
        YuNetFaceDetection(checkpoint=model)(with_squares())
