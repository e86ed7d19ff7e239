"""What every backend keeps: its inputs, its results, and the precision that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from towhee.errors import MissingExtraError, UsageError, WeightsError
from towhee.models.backends import Backend
from towhee.models.backends import openvino as openvino_backend
from towhee.models.backends.onnx import OnnxBackend
from towhee.models.backends.openvino import OpenVinoBackend
from towhee.models.backends.torch_eager import TorchBackend
from towhee.models.candidates import Candidate
from towhee.models.fidelity import worst_cosine
from towhee.models.machine import cores
from towhee.models.runner import Runner
from towhee.models.timm_image_network import TimmImageNetwork

Pixels = npt.NDArray[np.uint8]
NAMES = ("torch", "onnxruntime", "openvino")
FORMS: dict[str, Callable[[Runner], Backend]] = {
    "alone": Runner.alone,
    "streaming": Runner.streaming,
}


@pytest.fixture(scope="module", params=[f"{name} {form}" for name in NAMES for form in FORMS])
def backend(request: pytest.FixtureRequest, network: TimmImageNetwork) -> Backend:
    """Each backend in float32, for a single call and for many."""
    name, form = request.param.split()
    return FORMS[form](Runner(network, Candidate(name), threads=2))


@pytest.fixture(scope="module")
def expected(network: TimmImageNetwork, pixels: Pixels) -> npt.NDArray[np.float32]:
    """The vectors that torch itself gives."""
    import torch

    with torch.inference_mode():
        vectors: npt.NDArray[np.float32] = network.module()(torch.from_numpy(pixels)).numpy()
    return vectors


def test_vectors_are_those_of_torch(
    backend: Backend, pixels: Pixels, expected: npt.NDArray[np.float32]
) -> None:
    vectors = backend(pixels)
    assert vectors.dtype == np.float32
    # bfloat16, which OpenVINO takes by itself where the CPU has it, would be off by a hundredth
    assert np.abs(vectors - expected).max() < 1e-4 * np.abs(expected).max()


def test_a_batch_gives_what_its_rows_give_alone(backend: Backend, pixels: Pixels) -> None:
    together = backend(pixels)
    alone = np.concatenate([backend(pixels[row : row + 1]) for row in range(len(pixels))])
    assert np.allclose(together, alone, atol=1e-5 * np.abs(together).max())


def test_inputs_are_left_as_they_were_by_calls_at_once(backend: Backend, pixels: Pixels) -> None:
    rng = np.random.default_rng(0)
    inputs = [rng.integers(0, 256, pixels.shape, np.uint8) for _ in range(8)]
    before = [given.copy() for given in inputs]
    expected = [backend(given) for given in inputs]
    with ThreadPoolExecutor(max(2, backend.parallel)) as pool:
        found = list(pool.map(backend, inputs * 5))
    for given, kept in zip(inputs, before, strict=True):
        assert np.array_equal(given, kept)
    for number, vectors in enumerate(found):
        assert np.allclose(vectors, expected[number % 8], atol=1e-5 * np.abs(vectors).max())


def test_a_result_stays_what_it_was(backend: Backend, pixels: Pixels) -> None:
    first = backend(pixels)
    kept = first.copy()
    for _ in range(3):
        backend(255 - pixels)
    assert np.array_equal(first, kept)


def test_inputs_may_be_read_only_or_have_gaps(backend: Backend, pixels: Pixels) -> None:
    expected = backend(pixels)
    locked = pixels.copy()
    locked.flags.writeable = False
    with_gaps = np.repeat(pixels, 2, axis=2)[:, :, ::2]
    assert not with_gaps.flags.c_contiguous
    assert np.array_equal(backend(locked), expected)
    assert np.array_equal(backend(with_gaps), expected)


@pytest.mark.parametrize("name", ["onnxruntime", "openvino"])
def test_cores_are_shared_out_among_calls(network: TimmImageNetwork, name: str) -> None:
    runner = Runner(network, Candidate(name), threads=3)
    assert (runner.alone().threads, runner.alone().parallel) == (3, 1)
    assert (runner.streaming().threads, runner.streaming().parallel) == (1, 3)


def test_openvino_is_told_how_many_threads_to_take(network: TimmImageNetwork) -> None:
    for threads, parallel in ((1, 1), (1, 3), (2, 1)):
        backend = OpenVinoBackend(network.onnx(), name="a", threads=threads, parallel=parallel)
        settings = backend._compiled
        there = min(threads * parallel, cores())  # OpenVINO takes no more than there are
        assert settings.get_property("INFERENCE_NUM_THREADS") == there
        assert settings.get_property("NUM_STREAMS") == min(parallel, cores())


@pytest.mark.parametrize("kind", [OnnxBackend, OpenVinoBackend])
@pytest.mark.parametrize("content", [b"", b"no model", None], ids=["empty", "text", "cut short"])
def test_a_damaged_model_is_named(
    kind: Callable[..., Any], content: bytes | None, network: TimmImageNetwork
) -> None:
    damaged = network.onnx()[:5000] if content is None else content
    with pytest.raises(WeightsError, match="the model is no ONNX model, or a damaged one"):
        kind(damaged, name="the model")


def test_a_precision_that_the_cpu_lacks_is_refused(
    network: TimmImageNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openvino_backend, "native_precisions", lambda: ())
    with pytest.raises(UsageError, match='precision="bfloat16": this CPU does not compute in it'):
        OpenVinoBackend(network.onnx(), name="a", precision="bfloat16")


def test_without_openvino_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"towhee\[openvino\]"):
        OpenVinoBackend(b"", name="a")


def test_torch_computes_in_lower_precision_where_it_is_asked_to(
    network: TimmImageNetwork, pixels: Pixels, expected: npt.NDArray[np.float32]
) -> None:
    low = TorchBackend(network.module(), device="cpu", precision="bfloat16")(pixels)
    assert low.dtype == np.float32
    assert 0.99 < worst_cosine(low, expected) < 1 - 1e-7
    with pytest.raises(UsageError, match="floating point only"):
        TorchBackend(network.module(), device="cpu", precision="int8")
