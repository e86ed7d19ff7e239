"""The cascade that comes with OpenCV 4 finds faces without a download."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from towhee.errors import UnknownNameError, UsageError, WeightsError
from towhee.operators.face_detection.haar import HaarFaceDetection
from towhee.types import Image

needs_cascades = pytest.mark.skipif(
    not hasattr(cv2, "CascadeClassifier"), reason="OpenCV 5 has no cascades"
)


def sample(name: str) -> np.ndarray:
    with PIL.Image.open(str(files("towhee.samples").joinpath(f"{name}.jpg"))) as picture:
        return np.asarray(picture.convert("RGB"))


@needs_cascades
@pytest.mark.parametrize(
    ("name", "middle"),
    [
        ("gallery/astronaut", (158, 82)),
        ("queries/astronaut_mirrored", (201, 82)),
        ("gallery/naval_officer", (159, 131)),
    ],
)
def test_faces_are_found_where_they_are(name: str, middle: tuple[int, int]) -> None:
    (face,) = HaarFaceDetection()(sample(name))
    assert (face.box[:2] + face.box[2:]) / 2 == pytest.approx(middle, abs=10)
    assert face.landmarks is None
    assert face.score > 1


@needs_cascades
@pytest.mark.parametrize("name", ["mountain_lake", "sand_dune", "brick_wall", "skyline"])
def test_there_are_none_in_landscapes_and_walls(name: str) -> None:
    assert HaarFaceDetection()(sample(f"gallery/{name}")) == []


@needs_cascades
def test_colours_and_tiny_images_do_not_matter() -> None:
    find = HaarFaceDetection()
    (face,) = find(sample("gallery/astronaut"))
    (same,) = find(Image(sample("gallery/astronaut")[:, :, ::-1], "BGR"))
    assert same.box.tolist() == face.box.tolist()
    assert find(np.zeros((1, 1), np.uint8)) == []


@needs_cascades
def test_a_file_of_ones_own_is_loaded_and_another_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.xml"
    own.write_bytes(Path(cv2.data.haarcascades, "haarcascade_frontalface_default.xml").read_bytes())
    (face,) = HaarFaceDetection(checkpoint=own)(sample("gallery/astronaut"))
    assert face.width > 50
    own.write_text("<xml/>")
    with pytest.raises(WeightsError, match=r"own\.xml' is no cascade"):
        HaarFaceDetection(checkpoint=own)(sample("gallery/astronaut"))


@needs_cascades
def test_an_unknown_cascade_is_named_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'haarcascade_profileface'"):
        HaarFaceDetection("haarcascade_profilface").load()


def test_what_opencv_5_lacks_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cv2, "CascadeClassifier", raising=False)
    with pytest.raises(UsageError, match=r'pip install "opencv-python-headless<5"'):
        HaarFaceDetection().load()


@pytest.mark.parametrize("wrong", [{"min_neighbors": 0}, {"cascade": "../x"}], ids=str)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        HaarFaceDetection(**wrong)  # type: ignore[arg-type]
    with pytest.raises(WeightsError, match="nowhere"):
        HaarFaceDetection(checkpoint="nowhere")
