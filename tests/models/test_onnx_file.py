"""Names of models that are one ONNX file, and where the file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from towhee.errors import UsageError, WeightsError
from towhee.models.onnx_file import PUBLISHED, known_models, onnx_file

KNOWN = known_models("opencv/face_detection_yunet", "opencv/face_recognition_sface")


@pytest.mark.parametrize("name", ["opencv/face_detection_yunet", "face_detection_yunet"])
def test_a_listed_model_is_found_with_and_without_its_owner(name: str) -> None:
    assert onnx_file(name, known=KNOWN) == PUBLISHED["opencv/face_detection_yunet"]


def test_any_file_on_the_hub_can_be_named_with_its_commit() -> None:
    file = onnx_file("me/mine/sub/model.onnx@abc123", known=KNOWN)
    assert (file.name, file.file, file.known.revision) == ("me/mine", "sub/model.onnx", "abc123")


@pytest.mark.parametrize("name", ["", "yunet", "me/mine", "me/mine/model.pt", 3], ids=str)
def test_another_name_is_refused(name: object) -> None:
    with pytest.raises(UsageError, match=r"owner/name/file\.onnx|the name of a model"):
        onnx_file(name, known=KNOWN)  # type: ignore[arg-type]


def test_a_checkpoint_is_a_file_or_a_folder_with_one(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    with pytest.raises(WeightsError, match="holds 0 files"):
        onnx_file("", known={}, checkpoint=tmp_path)
    with pytest.raises(WeightsError, match="does not exist"):
        onnx_file("", known={}, checkpoint=file)
    file.write_bytes(b"")
    assert onnx_file("", known={}, checkpoint=tmp_path).path() == file
    assert onnx_file("", known={}, checkpoint=file).cached() == file
    other = tmp_path / "model.pt"
    other.write_bytes(b"")
    with pytest.raises(WeightsError, match=r"is no \.onnx file"):
        onnx_file("", known={}, checkpoint=other)
