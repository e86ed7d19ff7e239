"""What runs on a real GPU gives what the CPU gives."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tiny_models import tiny_checkpoint
from towhee import DataCollection
from towhee.models.backends.base import Precision
from towhee.models.backends.torch_eager import TorchBackend
from towhee.models.calibration import sample_photographs
from towhee.models.candidates import Candidate
from towhee.models.fidelity import worst_cosine
from towhee.models.selection import decide
from towhee.models.timm_image_network import TimmImageNetwork

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")

Pixels = npt.NDArray[np.uint8]
LOWER: tuple[Precision, ...] = ("float16", "bfloat16")


@pytest.fixture(scope="module")
def expected(network: TimmImageNetwork, pixels: Pixels) -> npt.NDArray[np.float32]:
    """The vectors of the reference: float32 on the CPU."""
    return TorchBackend(network.module(), device="cpu")(pixels)


@pytest.fixture(params=["left alone", "asked for"])
def tf32(request: pytest.FixtureRequest) -> Iterator[None]:
    """The program's own setting for matrix products and convolutions."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    was = matmul.allow_tf32, cudnn.allow_tf32
    if request.param == "asked for":
        matmul.allow_tf32 = cudnn.allow_tf32 = True
    yield
    matmul.allow_tf32, cudnn.allow_tf32 = was


@pytest.mark.usefixtures("tf32")
def test_float32_is_that_of_the_cpu(
    network: TimmImageNetwork, pixels: Pixels, expected: npt.NDArray[np.float32]
) -> None:
    vectors = TorchBackend(network.unloaded().module(), device="cuda")(pixels)
    # Factors of 10 bits (TF32) would be off by about a thousandth.
    assert np.abs(vectors - expected).max() < 2e-5 * np.abs(expected).max()
    assert worst_cosine(vectors, expected) > 1 - 1e-9


@pytest.mark.parametrize("precision", LOWER)
def test_lower_precision_is_lower_and_near(
    network: TimmImageNetwork,
    pixels: Pixels,
    expected: npt.NDArray[np.float32],
    precision: Precision,
) -> None:
    vectors = TorchBackend(network.unloaded().module(), device="cuda", precision=precision)(pixels)
    assert 0.99 < worst_cosine(vectors, expected) < 1 - 1e-9


def test_only_what_holds_the_bound_is_chosen(network: TimmImageNetwork) -> None:
    candidates = tuple(Candidate("torch", each) for each in ("float32", *LOWER))
    strict = decide(network.unloaded(), candidates, device="cuda", cores=2, fidelity=1 - 1e-9)
    assert strict.chosen.candidate.precision == "float32"
    assert all(each.worst_cosine < 1 - 1e-9 for each in strict.measurements[1:])
    lenient = decide(network.unloaded(), candidates, device="cuda", cores=2, fidelity=0.9)
    assert not any(each.problem for each in lenient.measurements)
    assert lenient.chosen.batch_size >= 16


@pytest.mark.parametrize("precision", ["float32", *LOWER])
def test_calls_at_once_leave_their_inputs_and_do_not_meet(
    network: TimmImageNetwork, pixels: Pixels, precision: Precision
) -> None:
    backend = TorchBackend(network.unloaded().module(), device="cuda", precision=precision)
    rng = np.random.default_rng(0)
    inputs = [rng.integers(0, 256, pixels.shape, np.uint8) for _ in range(8)]
    before = [given.copy() for given in inputs]
    expected = [backend(given) for given in inputs]
    with ThreadPoolExecutor(2 * backend.parallel) as pool:
        found = list(pool.map(backend, inputs * 20))
    for given, kept in zip(inputs, before, strict=True):
        assert np.array_equal(given, kept)
    for number, vectors in enumerate(found):
        assert np.allclose(vectors, expected[number % 8], atol=1e-5 * np.abs(vectors).max())


def test_the_first_call_finds_the_weights_there(
    network: TimmImageNetwork, pixels: Pixels, expected: npt.NDArray[np.float32]
) -> None:
    for _ in range(20):
        vectors = TorchBackend(network.unloaded().module(), device="cuda")(pixels)
        assert np.abs(vectors - expected).max() < 2e-5 * np.abs(expected).max()


def test_a_chain_on_the_gpu_gives_the_vectors_of_the_cpu(tmp_path: Path) -> None:
    images = list(sample_photographs()) * 8
    checkpoint = str(tiny_checkpoint(tmp_path / "resnet"))

    def vectors(device: str, **settings: Any) -> npt.NDArray[np.float32]:
        chain = (
            DataCollection(images)
            .image_decode.pil()
            .image_embedding.timm(checkpoint=checkpoint, device=device, **settings)
        )
        return np.stack(chain.to_list())

    on_cpu = vectors("cpu", backend="torch")
    assert worst_cosine(vectors("cuda", precision="float32"), on_cpu) > 1 - 1e-9
    assert worst_cosine(vectors("cuda"), on_cpu) > 0.999
    assert worst_cosine(vectors("auto"), on_cpu) > 0.999


@pytest.fixture
def little_memory() -> Iterator[None]:
    """torch may take no more than 256 MiB of the GPU."""
    torch.cuda.empty_cache()
    whole = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((256 << 20) / whole)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.mark.usefixtures("little_memory")
def test_a_batch_that_does_not_fit_is_a_memory_error_and_leaves_nothing_there(
    network: TimmImageNetwork, pixels: Pixels
) -> None:
    backend = TorchBackend(network.unloaded().module(), device="cuda")
    fits = backend(pixels)
    before = torch.cuda.memory_allocated()
    with pytest.raises(MemoryError, match="out of memory"):
        backend(np.concatenate([pixels] * 256))
    assert torch.cuda.memory_allocated() == before
    assert np.array_equal(backend(pixels), fits)


@pytest.mark.usefixtures("little_memory")
def test_batches_are_halved_until_they_fit(tmp_path: Path) -> None:
    images = list(sample_photographs())[:32]
    checkpoint = str(tiny_checkpoint(tmp_path / "resnet"))

    def vectors(rows: list[Any], size: int) -> npt.NDArray[np.float32]:
        chain = DataCollection(rows).config(batch_size=size)
        embedded = chain.image_embedding.timm(
            checkpoint=checkpoint, device="cuda", precision="float32"
        )
        return np.stack(embedded.to_list())

    expected = vectors(images, 32)
    found = vectors(images * 64, 2048)
    assert worst_cosine(found, np.concatenate([expected] * 64)) > 1 - 1e-9
