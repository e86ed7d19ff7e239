"""The pipelines of faces, by their names: from files of pictures to vectors with boxes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from hub_server import HubServer
from tiny_faces import facenet_checkpoint, mtcnn_checkpoint, recogniser, yunet_model
from towhee import ops, pipe, pipeline
from towhee.operators.face_align.align import FaceAlign
from towhee.operators.face_detection.yunet import YuNetFaceDetection
from towhee.operators.face_embedding.sface import SFaceEmbedding


def picture(*corners: tuple[int, int]) -> np.ndarray:
    """To the detector of the tests, red squares are faces; what is around tells them apart."""
    image = np.zeros((120, 160, 3), np.uint8)
    image[..., 1] = np.arange(160)
    image[..., 2] = np.arange(120)[:, None]
    for left, top in corners:
        image[top : top + 8, left : left + 8] = (255, 0, 0)
    return image


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The files of detector and recogniser."""
    folder = tmp_path_factory.mktemp("faces")
    return str(yunet_model(folder / "yunet.onnx")), str(recogniser(folder / "sface.onnx"))


@pytest.fixture(scope="module")
def embed(models: tuple[str, str]) -> Any:
    return pipeline(
        "face-embedding", checkpoint=models[1], face_detection={"checkpoint": models[0]}
    )


def test_face_detection_reads_files(models: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "photograph.png"
    PIL.Image.fromarray(picture((64, 40))).save(path)
    (face,) = pipeline("face-detection", checkpoint=models[0])(str(path))
    assert face.box == pytest.approx([56, 32, 80, 56])


def test_face_embedding_gives_a_row_for_each_face(embed: Any, models: tuple[str, str]) -> None:
    image = picture((16, 40), (120, 80))
    rows = embed(image)
    faces = YuNetFaceDetection(checkpoint=models[0])(image)
    aligned = FaceAlign()(image, faces)
    vectors = SFaceEmbedding(checkpoint=models[1]).batch(aligned)  # type: ignore[arg-type]
    assert [row.box.tolist() for row in rows] == [face.box.tolist() for face in faces]
    assert [row.score for row in rows] == [face.score for face in faces]
    assert np.abs(np.stack([row.vector for row in rows]) - vectors).max() < 1e-6
    assert vectors[0] @ vectors[1] < 0.99


def test_an_image_without_faces_gives_an_empty_list(embed: Any) -> None:
    assert embed(picture()) == []
    assert embed(np.full((1, 1), 9, np.uint8)) == []


def test_a_batch_keeps_the_faces_of_each_image_together(embed: Any) -> None:
    images = [picture((16, 40)), picture(), picture((16, 40), (120, 80)), picture((120, 80))]
    found = embed.batch(images)
    assert [len(rows) for rows in found] == [1, 0, 2, 1]
    assert np.array_equal(found[3][0].box, embed(images[3])[0].box)


def test_settings_of_the_detector_are_given_by_its_task(models: tuple[str, str]) -> None:
    detection = {"checkpoint": models[0], "max_faces": 1}
    only_one = pipeline("face-embedding", checkpoint=models[1], face_detection=detection)
    assert len(only_one(picture((16, 40), (120, 80)))) == 1


def test_arcface_is_another_model_in_the_same_pipeline(models: tuple[str, str]) -> None:
    embed = pipeline(
        "face-embedding-arcface", checkpoint=models[1], face_detection={"checkpoint": models[0]}
    )
    (row,) = embed(picture((64, 40)))
    assert np.linalg.norm(row.vector) == pytest.approx(1)


def test_a_pipe_of_mtcnn_and_facenet_finds_the_people_on_photographs(tmp_path: Path) -> None:
    find = ops.face_detection.mtcnn(checkpoint=str(mtcnn_checkpoint(tmp_path / "mtcnn")))
    facenet = str(facenet_checkpoint(tmp_path / "facenet"))
    embed = ops.face_embedding.inceptionresnetv1(checkpoint=facenet, backend="torch")
    faces = (
        pipe.input("path")
        .map("path", "image", ops.image_decode.cv2())
        .map("image", "faces", find)
        .flat_map("faces", ("face", "box", "score"), ops.face_rows())
        .map(("image", "face"), "part", ops.face_crop())
        .map("part", "vector", embed)
        .output("box", "score", "vector")
    )
    gallery = files("towhee.samples").joinpath("gallery")
    ((box, score, vector),) = faces(str(gallery.joinpath("naval_officer.jpg"))).to_list()
    assert np.abs(box - [107, 69, 211, 197]).max() < 1
    assert score > 0.99
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert faces(str(gallery.joinpath("mountain_lake.jpg"))).to_list() == []


PULL_AND_USE = """
import json, sys
sys.modules["torch"] = None  # the extra does without it
import numpy as np
from towhee.pipelines.pipeline import find_pipeline
from towhee.pipelines.weights import pulled, weights_here
spec = find_pipeline("face-embedding")
told = {"before": weights_here(spec)}
pulled(spec)
told["after"] = weights_here(spec)
from huggingface_hub import constants
constants.HF_HUB_OFFLINE = True
from towhee import pipeline
image = np.zeros((120, 160, 3), np.uint8)
image[40:48, 64:72] = (255, 0, 0)
(row,) = pipeline("face-embedding")(image)
print(json.dumps({**told, "box": row.box.tolist(), "length": len(row.vector)}))
"""


def test_both_models_are_pulled_and_then_it_runs_offline_and_without_torch(tmp_path: Path) -> None:
    yunet_model(tmp_path / "hub/opencv/face_detection_yunet/face_detection_yunet_2023mar.onnx")
    recogniser(tmp_path / "hub/opencv/face_recognition_sface/face_recognition_sface_2021dec.onnx")
    with HubServer(tmp_path / "hub") as endpoint:
        hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "home")}
        done = subprocess.run(
            [sys.executable, "-c", PULL_AND_USE],
            env={**os.environ, **hub, "HF_HUB_DISABLE_XET": "1"},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"before": False, "after": True, "box": [56, 32, 80, 56], "length": 16}
