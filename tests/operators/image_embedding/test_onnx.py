"""Any ONNX file makes vectors of images: the numbers that torch gives for the same model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tiny_image_models import photographs
from towhee import DataCollection
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.embedded_model import embedded_model
from towhee.models.preprocess import Preprocess
from towhee.operators.image_embedding.embedded import EmbeddedImageEmbedding
from towhee.operators.image_embedding.onnx import OnnxImageEmbedding

IMAGES = photographs(7)
WEIGHTS = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)


def written(
    file: Path,
    *,
    shape: tuple[Any, ...] = ("n", 3, 8, 8),
    kind: int = TensorProto.FLOAT,
    outputs: tuple[str, ...] = ("vectors",),
) -> Path:
    """A model that multiplies an image's mean colour by ``WEIGHTS``.

    Its outputs may be the ``vectors``, the same as ``maps`` of one pixel, or the ``tokens``.
    """
    axes = [1, 2] if shape[3] == 3 else [2, 3]
    nodes = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["means"], axes=axes, keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["vectors"]),
        helper.make_node("Unsqueeze", ["vectors", "last"], ["maps"]),
        helper.make_node("Unsqueeze", ["vectors", "middle"], ["tokens"]),
    ]
    shapes = {"vectors": ("n", 5), "maps": ("n", 5, 1, 1), "tokens": ("n", 1, 5)}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", kind, shape)],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, (shape[0], *shapes[name][1:]))
            for name in outputs
        ],
        [
            numpy_helper.from_array(WEIGHTS, "weights"),
            numpy_helper.from_array(np.array([2, 3]), "last"),
            numpy_helper.from_array(np.array([1]), "middle"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(file))
    return file


def expected(preprocess: Preprocess, *, is_raw: bool = False) -> np.ndarray:
    """What the model gives for ``IMAGES``, computed by NumPy."""
    pixels = [preprocess.pixels(image) for image in IMAGES]
    values = [each.transpose(2, 0, 1) if is_raw else preprocess.normalized(each) for each in pixels]
    means = np.stack([np.asarray(each, np.float64).mean(axis=(1, 2)) for each in values])
    vectors: np.ndarray = means @ WEIGHTS
    return vectors


@pytest.mark.parametrize("batch", ["n", 1, 3], ids=str)
@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("kind", [TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.UINT8])
def test_vectors_are_those_of_the_model_whatever_it_takes(
    batch: Any, layout: str, kind: int, tmp_path: Path
) -> None:
    shape = (batch, 3, 8, 8) if layout == "nchw" else (batch, 8, 8, 3)
    file = written(tmp_path / "model.onnx", shape=shape, kind=kind)
    embed = OnnxImageEmbedding(file, mean=(0.1, 0.2, 0.3), std=(0.5,) * 3, normalize=False)
    theirs = expected(embed.preprocess, is_raw=kind == TensorProto.UINT8)
    bound = 1e-2 if kind == TensorProto.FLOAT16 else 1e-5 * max(1, np.abs(theirs).max())
    for size in (1, 2, 7):
        assert np.abs(embed.batch(IMAGES[:size]) - theirs[:size]).max() < bound
    assert embed.dimension == 5


def test_the_model_inside_the_package_gives_the_same_vectors_as_a_file(tmp_path: Path) -> None:
    model = embedded_model()
    file = tmp_path / "model.onnx"
    file.write_bytes(model.onnx())
    (tmp_path / "model.json").write_text(json.dumps(model.preprocess.as_config()))
    chain = DataCollection(IMAGES).image_embedding.onnx(file)
    theirs = EmbeddedImageEmbedding().batch(IMAGES)
    assert np.abs(np.stack(chain.to_list()) - theirs).max() < 1e-6
    assert np.abs(OnnxImageEmbedding(file).batch(IMAGES) - theirs).max() < 1e-6


def test_what_is_given_goes_before_what_lies_beside_the_file(tmp_path: Path) -> None:
    file = written(tmp_path / "model.onnx")
    beside = {"pretrained_cfg": {"crop_mode": "squash", "mean": [0.5], "interpolation": "bilinear"}}
    (tmp_path / "model.json").write_text(json.dumps(beside))
    found = OnnxImageEmbedding(file, mean=(0.1, 0.2, 0.3)).preprocess
    assert (found.crop_mode, found.interpolation) == ("squash", "bilinear")
    assert found.mean == (0.1, 0.2, 0.3)
    assert found.input_size == (3, 8, 8)


@pytest.mark.parametrize("output", ["maps", "vectors"])
def test_an_output_is_taken_by_name(output: str, tmp_path: Path) -> None:
    file = written(tmp_path / "model.onnx", outputs=("maps", "vectors", "tokens"))
    embed = OnnxImageEmbedding(file, output=output, normalize=False)
    assert np.abs(embed.batch(IMAGES) - expected(embed.preprocess)).max() < 1e-5
    assert np.allclose(OnnxImageEmbedding(file, normalize=False).batch(IMAGES), embed.batch(IMAGES))


def test_a_file_of_images_of_any_size_wants_to_be_told_one(tmp_path: Path) -> None:
    file = written(tmp_path / "model.onnx", shape=("n", 3, "height", "width"))
    with pytest.raises(UsageError, match=r"images of any size: pass input_size=\(3, height"):
        OnnxImageEmbedding(file)(IMAGES[0])
    embed = OnnxImageEmbedding(file, input_size=(3, 6, 9), normalize=False)
    assert np.abs(embed.batch(IMAGES) - expected(embed.preprocess)).max() < 1e-5


def test_outputs_that_are_no_vectors_are_refused_with_those_there_are(tmp_path: Path) -> None:
    both = written(tmp_path / "both.onnx", outputs=("maps", "tokens"))
    with pytest.raises(UsageError, match=r"several outputs, maps .*, tokens .*: name one by outp"):
        OnnxImageEmbedding(both).setup()
    with pytest.raises(UsageError, match="has no output 'vector'; it has maps"):
        OnnxImageEmbedding(both, output="vector").setup()
    with pytest.raises(WeightsError, match=r"'tokens' .* no vector an image"):
        OnnxImageEmbedding(both, output="tokens")(IMAGES[0])


def test_a_size_that_the_file_does_not_take_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "model.onnx")
    with pytest.raises(UsageError, match="takes images of 8x8 pixels, not of input_size"):
        OnnxImageEmbedding(file, input_size=(3, 9, 8)).setup()


def test_a_model_of_something_else_is_refused(tmp_path: Path) -> None:
    tokens = written(tmp_path / "tokens.onnx", kind=TensorProto.INT64)
    with pytest.raises(WeightsError, match="images are float32, float16 or uint8"):
        OnnxImageEmbedding(tokens).setup()


def test_files_that_are_absent_or_damaged_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"there is no file .*nowhere\.onnx"):
        OnnxImageEmbedding(tmp_path / "nowhere.onnx").setup()
    file = written(tmp_path / "model.onnx")
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(WeightsError, match="is no ONNX model, or a damaged one"):
        OnnxImageEmbedding(file).setup()
    written(file)
    (tmp_path / "model.json").write_text('{"crop_pct": -1}')
    with pytest.raises(WeightsError, match=r"model\.json' states no preprocessing, or one that"):
        OnnxImageEmbedding(file).setup()


@pytest.mark.parametrize(
    "wrong",
    [{"path": None}, {"path": b"model"}, {"crop_mode": "middle"}, {"input_size": (1, 8, 8)}],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        OnnxImageEmbedding(**{"path": "model.onnx", **wrong})


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    embed = OnnxImageEmbedding(written(tmp_path / "model.onnx"))
    assert embed.forward([]).shape == (0, 5)
    with pytest.raises(DataError, match="is not an image"):
        embed("cat.jpg")


def test_another_file_or_preparation_has_another_fingerprint(tmp_path: Path) -> None:
    first = written(tmp_path / "a.onnx")
    other = written(tmp_path / "b.onnx", shape=(1, 3, 8, 8))
    found = [
        OnnxImageEmbedding(first).fingerprint(),
        OnnxImageEmbedding(first, mean=(0, 0, 0)).fingerprint(),
        OnnxImageEmbedding(other).fingerprint(),
    ]
    assert len(set(found)) == 3
    assert OnnxImageEmbedding(first).fingerprint() == found[0]
