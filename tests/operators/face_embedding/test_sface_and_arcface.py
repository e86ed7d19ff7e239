"""Vectors of models in ONNX form are those of OpenCV's own class, and of their declared input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest

from tiny_faces import brightest_point, detector, recogniser
from towhee import DataCollection
from towhee.errors import DataError, UsageError, WeightsError
from towhee.operators.face_embedding.arcface import ArcFaceEmbedding
from towhee.operators.face_embedding.sface import SFaceEmbedding
from towhee.types import Image


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recogniser(tmp_path_factory.mktemp("recogniser") / "model.onnx")


@pytest.fixture(scope="module")
def faces() -> list[np.ndarray]:
    return list(np.random.default_rng(3).integers(0, 256, (5, 112, 112, 3)).astype(np.uint8))


def test_sface_gives_the_vectors_of_opencv(faces: list[np.ndarray], tmp_path: Path) -> None:
    of_one_face = recogniser(tmp_path / "one.onnx", rows=1)
    opencv = cv2.FaceRecognizerSF.create(str(of_one_face), "")
    embed = SFaceEmbedding(checkpoint=of_one_face, normalize=False)
    theirs = [opencv.feature(np.ascontiguousarray(face[:, :, ::-1]))[0] for face in faces]
    assert np.abs(embed.batch(faces) - theirs).max() < 1e-5 * np.abs(theirs).max()


@pytest.mark.parametrize(
    ("settings", "mean", "std", "channels"),
    [
        ({}, 127.5, 127.5, [0, 1, 2]),
        ({"mean": 0, "std": 1}, 0, 1, [0, 1, 2]),
        ({"mode": "BGR", "std": 128}, 127.5, 128, [2, 1, 0]),
    ],
    ids=str,
)
def test_arcface_gives_what_the_file_gives_for_the_declared_input(
    model: Path,
    faces: list[np.ndarray],
    settings: dict[str, Any],
    mean: float,
    std: float,
    channels: list[int],
) -> None:
    values = (np.stack(faces)[..., channels].transpose(0, 3, 1, 2).astype(np.float32) - mean) / std
    session = onnxruntime.InferenceSession(str(model))
    (theirs,) = session.run(None, {"data": values.astype(np.float32)})
    ours = ArcFaceEmbedding(checkpoint=model, normalize=False, **settings).batch(faces)
    assert np.abs(ours - theirs).max() < 1e-5 * np.abs(theirs).max()


def test_vectors_have_unit_length_unless_asked_otherwise(
    model: Path, faces: list[np.ndarray]
) -> None:
    raw = SFaceEmbedding(checkpoint=model, normalize=False).batch(faces)
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    assert np.abs(SFaceEmbedding(checkpoint=model).batch(faces) - raw / lengths).max() < 1e-6


def test_a_file_for_one_face_a_call_gives_the_same_vectors(
    model: Path, faces: list[np.ndarray], tmp_path: Path
) -> None:
    one = SFaceEmbedding(checkpoint=recogniser(tmp_path / "one.onnx", rows=1))
    assert np.abs(one.batch(faces) - SFaceEmbedding(checkpoint=model).batch(faces)).max() < 1e-6
    assert one.batch([]).shape == (0, 16)


def test_a_chain_gives_the_vectors_of_its_rows(model: Path, faces: list[np.ndarray]) -> None:
    chain = DataCollection(faces * 5).face_embedding.sface(checkpoint=str(model))
    expected = np.tile(SFaceEmbedding(checkpoint=model).batch(faces), (5, 1))
    assert np.abs(np.stack(chain.to_list()) - expected).max() < 1e-6


def test_the_order_of_colours_does_not_matter(model: Path, faces: list[np.ndarray]) -> None:
    embed = SFaceEmbedding(checkpoint=model)
    turned = Image(np.ascontiguousarray(faces[0][:, :, ::-1]), "BGR")
    assert np.array_equal(embed(turned), embed(faces[0]))
    assert not np.allclose(embed(np.asarray(turned)), embed(faces[0]), atol=1e-2)


def test_an_image_of_another_size_is_resized(model: Path, faces: list[np.ndarray]) -> None:
    embed = SFaceEmbedding(checkpoint=model)
    assert embed(np.repeat(np.repeat(faces[0], 2, 0), 2, 1)) @ embed(faces[0]) > 0.98
    assert np.isfinite(embed(np.full((1, 1), 200, np.uint8))).all()


def test_the_model_is_known_again_by_its_file_and_its_input(model: Path, tmp_path: Path) -> None:
    same = recogniser(tmp_path / "same.onnx")
    assert (
        SFaceEmbedding(checkpoint=same).fingerprint()
        == SFaceEmbedding(checkpoint=model).fingerprint()
    )
    prints = {
        ArcFaceEmbedding(checkpoint=model, **settings).fingerprint()  # type: ignore[arg-type]
        for settings in ({}, {"mode": "BGR"}, {"mean": 0})
    }
    assert len(prints) == 3


def test_a_file_for_something_else_is_refused(faces: list[np.ndarray], tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"no model")
    with pytest.raises(WeightsError, match="is no ONNX model, or a damaged one"):
        SFaceEmbedding(checkpoint=damaged)(faces[0])
    landmarks = brightest_point(tmp_path / "landmarks.onnx")
    with pytest.raises(WeightsError, match=r"takes no faces \(n, 3, 112, 112\) float32"):
        SFaceEmbedding(checkpoint=landmarks)(faces[0])
    boxes = detector(tmp_path / "boxes.onnx", np.ones((1, 7, 3)), np.ones((1, 7, 3)), side=112)
    with pytest.raises(WeightsError, match=r"gives \(1, 7, 3\) for 1 faces, and no vectors"):
        SFaceEmbedding(checkpoint=boxes)(faces[0])


def test_what_is_no_image_is_refused(model: Path) -> None:
    for value in (None, "face.jpg", np.zeros((4, 4, 3))):
        with pytest.raises(DataError, match="is not an image"):
            SFaceEmbedding(checkpoint=model)(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"mode": "GBR"}, {"std": 0}, {"size": 0}, {"mean": "0"}, {"model_name": "arcface"}],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ArcFaceEmbedding(**wrong)


def test_listed_models_say_what_they_are_without_being_loaded() -> None:
    assert ArcFaceEmbedding().dimension == 512
    assert SFaceEmbedding().dimension == 128
    assert {about.license for about in ArcFaceEmbedding.models.values()} == {"apache-2.0"}
