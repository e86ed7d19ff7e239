"""MTCNN with its published weights finds what facenet-pytorch finds with them."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tiny_faces import mtcnn_checkpoint, mtcnn_weights
from towhee.errors import UsageError, WeightsError
from towhee.operators.face_detection.mtcnn import MtcnnFaceDetection
from towhee.types import Image

# What facenet-pytorch 2.6.0 gives for the sample photographs: box, score, left eye.
REFERENCE = {
    "gallery/astronaut": ([126.551, 43.245, 188.298, 123.327], 0.9999, [144.065, 71.649]),
    "gallery/cameraman": ([139.737, 82.767, 180.353, 139.832], 0.9993, [164.632, 103.412]),
    "gallery/naval_officer": ([106.929, 69.028, 210.568, 196.527], 0.9998, [133.846, 115.812]),
    "queries/astronaut_mirrored": ([170.711, 44.841, 232.126, 123.564], 0.9999, [186.883, 73.955]),
    "queries/naval_officer_stretched": (
        [129.872, 47.427, 242.205, 167.326],
        0.9969,
        [160.698, 90.592],
    ),
}
WITHOUT = ("autumn_meadow", "brick_wall", "mountain_lake", "sand_dune", "skyline", "galaxies")


def sample(name: str) -> np.ndarray:
    with PIL.Image.open(str(files("towhee.samples").joinpath(f"{name}.jpg"))) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mtcnn_checkpoint(tmp_path_factory.mktemp("mtcnn"))


@pytest.fixture(scope="module")
def find(checkpoint: Path) -> MtcnnFaceDetection:
    return MtcnnFaceDetection(checkpoint=checkpoint, device="cpu")


@pytest.mark.parametrize("name", REFERENCE)
def test_faces_are_those_of_facenet_pytorch(find: MtcnnFaceDetection, name: str) -> None:
    box, score, left_eye = REFERENCE[name]
    (face,) = find(sample(name))
    assert np.abs(face.box - box).max() < 2e-3
    assert face.score == pytest.approx(score, abs=1e-4)
    assert face.landmarks is not None
    assert np.abs(face.landmarks[0] - left_eye).max() < 2e-3


@pytest.mark.parametrize("name", WITHOUT)
def test_there_are_no_faces_in_landscapes_and_walls(find: MtcnnFaceDetection, name: str) -> None:
    assert find(sample(f"gallery/{name}")) == []


def test_all_people_of_a_group_are_found(shared_data: Path, find: MtcnnFaceDetection) -> None:
    with PIL.Image.open(shared_data / "imagenet-sample" / "n10148035_groom.JPEG") as picture:
        faces = find(np.asarray(picture.convert("RGB")))
    left_to_right = sorted(int(face.box[0]) for face in faces)
    assert left_to_right == pytest.approx([73, 150, 222, 262, 393], abs=5)
    for face in faces:
        assert face.landmarks is not None
        left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks
        assert left_eye[0] < right_eye[0]
        assert left_mouth[0] < right_mouth[0]
        assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


def test_the_order_of_colours_does_not_matter_and_grey_will_do(find: MtcnnFaceDetection) -> None:
    photograph = sample("gallery/astronaut")
    (face,) = find(photograph)
    (same,) = find(Image(photograph[:, :, ::-1], "BGR"))
    assert same.box.tolist() == face.box.tolist()
    (grey,) = find(Image(photograph).to("L"))
    assert np.abs(grey.box - face.box).max() < 5


@pytest.mark.parametrize("shape", [(1, 1, 3), (11, 400, 3), (19, 19)], ids=str)
def test_an_image_smaller_than_any_face_gives_an_empty_list(
    find: MtcnnFaceDetection, shape: tuple[int, ...]
) -> None:
    assert find(np.zeros(shape, np.uint8)) == []


def test_a_face_that_the_image_cuts_off_is_found(find: MtcnnFaceDetection) -> None:
    (face,) = find(sample("gallery/astronaut")[:, 140:])
    assert face.box[0] < 5


def test_the_files_of_facenet_pytorch_are_loaded_if_they_are_trusted(
    checkpoint: Path, tmp_path: Path
) -> None:
    import torch

    for network in ("pnet", "rnet", "onet"):
        start = f"{network}."
        own = {
            name.removeprefix(start): torch.tensor(values)
            for name, values in mtcnn_weights().items()
            if name.startswith(start)
        }
        torch.save(own, tmp_path / f"{network}.pt")
    with pytest.raises(WeightsError, match=r"pnet\.pt' is a pickle.*trust_pickle=True"):
        MtcnnFaceDetection(checkpoint=tmp_path)(sample("gallery/astronaut"))
    trusted = MtcnnFaceDetection(checkpoint=tmp_path, trust_pickle=True, device="cpu")
    (face,) = trusted(sample("gallery/astronaut"))
    assert np.abs(face.box - REFERENCE["gallery/astronaut"][0]).max() < 2e-3


def test_missing_damaged_and_other_weights_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    image = np.zeros((40, 40, 3), np.uint8)
    with pytest.raises(WeightsError, match="nowhere' does not exist"):
        MtcnnFaceDetection(checkpoint=tmp_path / "nowhere")
    with pytest.raises(WeightsError, match=r"no folder with model\.safetensors or with pnet\.pt"):
        MtcnnFaceDetection(checkpoint=tmp_path)(image)
    file = tmp_path / "model.safetensors"
    file.write_bytes((checkpoint / "model.safetensors").read_bytes()[:5000])
    with pytest.raises(WeightsError, match=r"model\.safetensors' is damaged"):
        MtcnnFaceDetection(checkpoint=tmp_path)(image)
    save_file({"weight": np.zeros(3, np.float32)}, file)
    with pytest.raises(WeightsError, match="does not hold the weights of a MtcnnNetworks"):
        MtcnnFaceDetection(checkpoint=tmp_path)(image)


@pytest.mark.parametrize(
    "wrong", [{"min_size": 0.5}, {"device": "tpu"}, {"min_score": -1}, {"max_faces": 1.5}], ids=str
)
def test_arguments_are_checked_before_anything_is_loaded(
    checkpoint: Path, wrong: dict[str, Any]
) -> None:
    with pytest.raises(UsageError, match=re.escape(next(iter(wrong)))):
        MtcnnFaceDetection(checkpoint=checkpoint, **wrong)
