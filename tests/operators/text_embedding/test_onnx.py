"""``text_embedding.onnx``: a file of somebody's, and what lies beside it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sentence_models import MINILM, TEXTS
from towhee import ops
from towhee.errors import DataError, MissingExtraError, UsageError, WeightsError
from towhee.models.text.sentence_network import SentenceNetwork
from towhee.models.text.spec import sentence_spec
from towhee.operators.text_embedding.onnx import OnnxTextEmbedding


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all-MiniLM-L6-v2 in ONNX form, put together by hand."""
    folder = tmp_path_factory.mktemp("onnx")
    network = SentenceNetwork(sentence_spec("all-MiniLM-L6-v2", checkpoint=MINILM))
    (folder / "model.onnx").write_bytes(network.onnx())
    (folder / "tokenizer.json").write_text(network.tokenizer.as_json())
    (folder / "model.json").write_text(json.dumps(network.tokenizer.how))
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copytree(written, tmp_path / "copy"))


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_vectors_are_those_of_the_model(written: Path, backend: str) -> None:
    theirs = ops.text_embedding.sentence_transformers(checkpoint=MINILM, backend="torch")
    ours = OnnxTextEmbedding(written / "model.onnx", backend=backend)
    expected = np.stack([theirs(text) for text in TEXTS])
    together = ours.batch(TEXTS)
    assert (together * expected).sum(1).min() >= 0.9999
    assert ours.dimension == 384
    assert ours.forward([]).shape == (0, 384)
    streams = ours.streams()
    assert streams.length is not None
    prepared = [ours.prepare(text) for text in TEXTS]
    assert np.abs(np.asarray(streams.forward(prepared)) - together).max() < 1e-5


def test_a_prompt_stands_in_front_of_texts(folder: Path) -> None:
    plain = OnnxTextEmbedding(folder / "model.onnx")
    stated = json.loads((folder / "model.json").read_text())
    expected = plain("query: a bird")
    first = plain.origin()
    (folder / "model.json").write_text(json.dumps({**stated, "prompt": "query: "}))
    prompted = OnnxTextEmbedding(folder / "model.onnx")
    assert np.array_equal(prompted("a bird"), expected)
    assert prompted.origin() != first


@pytest.mark.parametrize(
    "wrong",
    [{"prompt": 1}, {"max_tokens": -1}, {"padding": "0"}, {"cuts_left": 1}, {"filled_to": True}],
)
def test_what_cannot_be_is_refused(folder: Path, wrong: dict[str, Any]) -> None:
    (folder / "model.json").write_text(json.dumps(wrong))
    (name,) = wrong
    with pytest.raises(WeightsError, match=f"{name} cannot be"):
        OnnxTextEmbedding(folder / "model.onnx").setup()


def test_missing_and_damaged_files_are_named(folder: Path) -> None:
    with pytest.raises(WeightsError, match="there is no file"):
        OnnxTextEmbedding(folder / "nothing.onnx").setup()
    (folder / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="no ONNX model"):
        OnnxTextEmbedding(folder / "model.onnx")("a")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(WeightsError, match=r"no tokenizer\.json beside it"):
        OnnxTextEmbedding(folder / "model.onnx").setup()


def test_wrong_arguments_and_values_are_refused(written: Path) -> None:
    with pytest.raises(UsageError, match="backend is one of"):
        OnnxTextEmbedding("model.onnx", backend="torch")
    with pytest.raises(UsageError, match="path is that of an ONNX file"):
        OnnxTextEmbedding(1)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="a text is a str"):
        OnnxTextEmbedding(written / "model.onnx")(1)


def test_the_extra_that_it_needs_is_the_small_one(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtraError, match=r"towhee\[tokenizers\]"):
        OnnxTextEmbedding(written / "model.onnx").ensure_setup()
