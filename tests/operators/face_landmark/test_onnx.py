"""Landmarks come to lie where they are in the whole image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiny_faces import brightest_point, recogniser
from towhee import ops
from towhee.errors import DataError, UsageError, WeightsError
from towhee.operators.face_landmark.onnx import OnnxFaceLandmark
from towhee.types import Face


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return brightest_point(tmp_path_factory.mktemp("landmark") / "model.onnx", side=96)


def spot(left: int, top: int) -> np.ndarray:
    image = np.full((200, 300, 3), 0, np.uint8)
    image[top : top + 10, left : left + 10] = 255
    return image


@pytest.mark.parametrize("corner", [(95, 85), (60, 120), (120, 60)], ids=str)
@pytest.mark.parametrize("margin", [1.0, 1.5])
def test_points_are_in_pixels_of_the_image(
    model: Path, corner: tuple[int, int], margin: float
) -> None:
    find = OnnxFaceLandmark(checkpoint=model, size=96, margin=margin)
    face = Face([50, 50, 140, 140], 1.0)
    points = find(spot(*corner), face)
    middle = np.array(corner) + 5
    assert np.abs(points - middle).max() < 1.5 * margin


def test_without_a_face_the_image_is_the_face(model: Path) -> None:
    points = OnnxFaceLandmark(checkpoint=model, size=96)(spot(100, 60)[:, 50:250])
    assert np.abs(points - [55, 65]).max() < 2


def test_a_list_of_faces_gives_a_list(model: Path) -> None:
    find = OnnxFaceLandmark(checkpoint=model, size=96)
    faces = [Face([50, 50, 140, 140], 1.0), Face([70, 70, 150, 150], 1.0)]
    first, second = find(spot(95, 85), faces)
    assert np.abs(first - second).max() < 3
    assert find(spot(95, 85), []) == []


def test_coordinates_of_0_to_1_can_be_declared(model: Path) -> None:
    whole = spot(60, 40)[:160, :160]
    usual = OnnxFaceLandmark(checkpoint=model, size=96)(whole)
    other = OnnxFaceLandmark(checkpoint=model, size=96, low=0, high=2)(whole)
    assert np.allclose(other, usual - 80, atol=1e-3)


def test_the_name_of_earlier_versions_stands_for_it(model: Path) -> None:
    image = spot(100, 60)[:, 50:250]
    find = OnnxFaceLandmark(checkpoint=model, size=96)
    by_old_name = ops.face_landmark_detection(checkpoint=str(model), size=96)
    assert np.array_equal(by_old_name(image), find(image))


def test_a_file_for_something_else_is_refused(model: Path, tmp_path: Path) -> None:
    image = spot(100, 60)
    with pytest.raises(WeightsError, match=r"takes no face \(1, 3, 192, 192\) float32"):
        OnnxFaceLandmark(checkpoint=model)(image)
    odd = recogniser(tmp_path / "odd.onnx", dimension=5)
    with pytest.raises(WeightsError, match=r"gives \(1, 5\), and no points"):
        OnnxFaceLandmark(checkpoint=odd, size=112)(image)


def test_what_is_no_face_is_refused(model: Path) -> None:
    find = OnnxFaceLandmark(checkpoint=model, size=96)
    with pytest.raises(DataError, match="has a box"):
        find(spot(0, 0), "face")
    with pytest.raises(DataError, match="holds nothing"):
        find(spot(0, 0), [5, 5, 5, 5])


@pytest.mark.parametrize("wrong", [{}, {"margin": 0}, {"low": 1, "high": 0}, {"size": 0}], ids=str)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        OnnxFaceLandmark(**({"model_name": "me/mine/model.onnx"} if wrong else {}), **wrong)
