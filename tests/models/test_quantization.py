"""int8 keeps the direction of vectors, and leaves alone the layers that would lose it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest

from towhee import pipeline
from towhee.models import quantization
from towhee.models.backends.onnx import OnnxBackend
from towhee.models.fidelity import worst_cosine
from towhee.models.quantization import quantized
from towhee.models.spec import ModelSpec
from towhee.models.timm_image_network import TimmImageNetwork
from towhee.types import Image

Pixels = npt.NDArray[np.uint8]


def vectors(content: bytes, pixels: Pixels) -> npt.NDArray[np.float32]:
    return OnnxBackend(content, name="the model")(pixels)


def float_convolutions(content: bytes) -> int:
    """How many convolutions take their weights as they are."""
    graph = onnx.load_from_string(content).graph
    weights = {tensor.name for tensor in graph.initializer}
    return sum(node.op_type == "Conv" and node.input[1] in weights for node in graph.node)


def test_heavy_layers_are_in_int8_and_vectors_keep_their_direction(
    network: TimmImageNetwork, pixels: Pixels
) -> None:
    content, exact = quantized(network), network.onnx()
    assert float_convolutions(content) == 0
    assert float_convolutions(exact) > 8
    assert len(content) < 0.5 * len(exact)
    assert 0.98 < worst_cosine(vectors(content, pixels), vectors(exact, pixels)) < 1 - 1e-6


def test_layers_that_suffer_most_stay_in_float32(network: TimmImageNetwork, pixels: Pixels) -> None:
    exact = vectors(network.onnx(), pixels)
    cosines = []
    for layers in (0, 4, 1000):
        content = quantized(network, layers)
        assert float_convolutions(content) == min(layers, float_convolutions(network.onnx()))
        cosines.append(worst_cosine(vectors(content, pixels), exact))
    assert cosines == sorted(cosines)
    assert cosines[-1] == pytest.approx(1, abs=1e-6)


def test_a_graph_is_made_once_and_again_for_other_images(
    network: TimmImageNetwork, tiny_spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = quantized(network)
    made = []
    build = quantization._Quantizer.graph
    monkeypatch.setattr(
        quantization._Quantizer, "graph", lambda self, n: made.append(n) or build(self, n)
    )
    assert quantized(network.unloaded()) == first
    assert not made
    dark = Image(network.calibration()[0][0][0] // 8)
    other = TimmImageNetwork(tiny_spec, None, None, [dark])
    assert quantized(other) != first
    assert made == [0]


def test_real_weights_hold_the_bound_on_photographs_they_were_not_calibrated_on(
    shared_data: Path,
) -> None:
    checkpoint = shared_data.parent / "models/mobilenetv2_100.tf_in1k"
    paths = sorted(map(str, (shared_data / "imagenet-sample").iterdir()))[::4]
    name = "image-embedding-mobilenetv2_100"
    exact = pipeline(name, checkpoint=checkpoint, backend="onnxruntime")(paths)
    low = pipeline(name, checkpoint=checkpoint, precision="int8", fidelity=0.99)(paths)
    cosines = (exact * low).sum(axis=1)
    assert cosines.min() > 0.985  # 0.9938 of all 606 where the bound was 0.99 on the samples
    assert cosines.max() < 1 - 1e-5
