"""torch with a compiled model gives torch's vectors, and says what it needs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from towhee.errors import UsageError
from towhee.models.backends.torch_eager import TorchBackend
from towhee.models.candidates import Candidate
from towhee.models.runner import Runner
from towhee.models.timm_image_network import TimmImageNetwork

# torch's compiler still uses what torch has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")

needs_compiler = pytest.mark.skipif(
    shutil.which("g++") is None, reason="torch.compile on the CPU needs g++"
)


def doubling() -> object:
    import torch

    class Doubling(torch.nn.Module):
        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return torch.relu(values * 2 - 1)

    return Doubling()


@needs_compiler
def test_a_compiled_model_gives_the_vectors_of_the_model() -> None:
    import torch

    torch.compiler.reset()
    backend = TorchBackend(doubling(), device="cpu", compiled=True)  # type: ignore[arg-type]
    for rows in (1, 2, 5):
        values = np.linspace(0, 1, rows * 3, dtype=np.float32).reshape(rows, 3)
        assert np.allclose(backend(values), np.maximum(values * 2 - 1, 0))


def test_without_a_compiler_it_is_said_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    import torch._inductor.config

    torch.compiler.reset()
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(torch._inductor.config.cpp, "cxx", ("no-such-compiler",))
    backend = TorchBackend(doubling(), device="cpu", compiled=True)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"needs a C\+\+ compiler .apt-get install g\+\+"):
        backend(np.ones((2, 3), np.float32))


def test_it_is_chosen_by_its_name(network: TimmImageNetwork) -> None:
    backend = Runner(network, Candidate("torch_compile", "bfloat16"), threads=1).alone()
    assert isinstance(backend, TorchBackend)
    assert backend._is_compiled
    assert backend.precision == "bfloat16"
