"""What is decided for GPUs, on a machine that pretends to have some."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from towhee.errors import UsageError
from towhee.models.backends import torch_eager
from towhee.models.backends.full_float32 import full_float32
from towhee.models.backends.torch_eager import TorchBackend, chosen_device
from towhee.models.candidates import Candidate, candidates
from towhee.models.timm_image_network import TimmImageNetwork


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """``gpus(2)``: torch says that there are two."""
    import torch

    def pretend(count: int) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)

    return pretend


def test_a_gpu_is_taken_where_there_is_one(gpus: Callable[[int], None]) -> None:
    gpus(0)
    assert chosen_device("auto") == "cpu"
    gpus(2)
    assert chosen_device("auto") == "cuda"
    assert chosen_device("cuda:1") == "cuda:1"


def test_a_gpu_that_is_not_there_is_an_error(gpus: Callable[[int], None]) -> None:
    gpus(0)
    with pytest.raises(UsageError, match="this machine has no cuda device"):
        chosen_device("cuda")
    gpus(2)
    with pytest.raises(UsageError, match="this machine has 2, numbered from cuda:0"):
        chosen_device("cuda:2")


def test_on_a_gpu_torch_alone_competes_in_each_precision_of_floating_point() -> None:
    found = candidates("auto", "auto", "cuda", has_calibration=True)
    assert found == tuple(Candidate("torch", each) for each in ("float32", "float16", "bfloat16"))
    assert candidates("auto", "float16", "cuda", has_calibration=False) == (
        Candidate("torch", "float16"),
    )


def test_each_gpu_has_a_model_of_its_own_and_its_share_of_the_calls(
    network: TimmImageNetwork,
    pixels: npt.NDArray[np.uint8],
    gpus: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpus(3)
    placed: dict[str, Any] = {}
    called: list[str] = []

    def place(model: Any, device: str, *, copied: bool, exact: bool) -> Any:
        assert copied
        assert not exact  # channels last, which is quicker there
        placed[device] = model

        def forward(values: Any) -> Any:
            called.append(device)
            return model(values)

        return forward

    monkeypatch.setattr(torch_eager, "_placed", place)
    monkeypatch.setattr(torch_eager, "_moved", lambda values, device: _on_cpu(values))
    monkeypatch.setattr(torch_eager, "_stream", lambda device: None)
    monkeypatch.setattr(TorchBackend, "_arithmetic", lambda self, device: _inference())
    backend = TorchBackend(network.unloaded().module(), device="cuda", precision="float16")
    assert list(placed) == ["cuda:0", "cuda:1", "cuda:2"]
    assert (backend.threads, backend.parallel) == (0, 6)
    first = backend(pixels[:2])
    for _ in range(5):
        assert np.array_equal(backend(pixels[:2]), first)
    assert called == 2 * ["cuda:0", "cuda:1", "cuda:2"]


def _on_cpu(values: npt.NDArray[Any]) -> Any:
    import torch

    return torch.tensor(values)


def _inference() -> Any:
    import torch

    return torch.inference_mode()


def test_float32_is_computed_in_full_and_the_process_keeps_its_settings() -> None:
    import torch

    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    was = cudnn.allow_tf32, matmul.allow_tf32
    with full_float32:
        with full_float32:
            assert not cudnn.allow_tf32
            assert not matmul.allow_tf32
        assert not cudnn.allow_tf32  # as another call is still under way
    assert (cudnn.allow_tf32, matmul.allow_tf32) == was


def test_calls_at_once_compute_float32_at_once_and_in_full() -> None:
    import torch

    was = torch.backends.cudnn.allow_tf32
    everyone_is_inside = threading.Barrier(4)

    def call(_: int) -> bool:
        with full_float32:
            everyone_is_inside.wait(30)
            return torch.backends.cudnn.allow_tf32

    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(call, range(4)))
    assert torch.backends.cudnn.allow_tf32 == was


def test_a_batch_that_does_not_fit_the_gpu_is_told_by_its_standard_name(
    network: TimmImageNetwork,
    pixels: npt.NDArray[np.uint8],
    gpus: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    gpus(1)

    def small(values: Any) -> Any:
        if len(values) > 4:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return model(values)

    model = network.unloaded().module()
    monkeypatch.setattr(torch_eager, "_placed", lambda model, device, **how: small)
    monkeypatch.setattr(torch_eager, "_moved", lambda values, device: _on_cpu(values))
    monkeypatch.setattr(torch_eager, "_stream", lambda device: None)
    monkeypatch.setattr(TorchBackend, "_arithmetic", lambda self, device: _inference())
    backend = TorchBackend(model, device="cuda")
    for _ in range(2 * backend.parallel):  # each place is given back
        with pytest.raises(MemoryError, match="CUDA out of memory"):
            backend(pixels)
    assert backend(pixels[:4]).shape == (4, backend(pixels[:1]).shape[1])
