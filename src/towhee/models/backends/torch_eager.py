"""torch in eager mode: the reference that other backends are compared with."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.backends.device import check_device

if TYPE_CHECKING:
    import torch

_cudnn_flags = threading.Lock()  # they are the process's, and each caller puts them back


class TorchBackend:
    """A torch model in float32.

    Args:
        model: gives ``(n, d)`` for ``(n, 3, h, w)``.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        threads: how many torch may use in this process; as it is set if not given.

    Raises:
        UsageError: if the device is not there; nothing falls back to another in silence.
    """

    name = "torch"
    precision = "float32"

    def __init__(
        self, model: torch.nn.Module, *, device: str = "auto", threads: int | None = None
    ) -> None:
        self.device = chosen_device(device)
        self._threads = threads
        self._model = model.to(self.device).eval()

    def __call__(self, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        import torch

        if self._threads is not None and torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)
        with torch.inference_mode(), _float32(self.device):
            # A copy: a network may work in place, and the batch belongs to the caller.
            vectors = self._model(torch.tensor(batch, device=self.device))
        result: npt.NDArray[np.float32] = vectors.float().cpu().numpy()
        return result


def chosen_device(device: str) -> str:
    """The device that a name stands for.

    Raises:
        UsageError: if it is not there.
    """
    import torch

    check_device(device)
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = device.partition(":")
    count = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }[kind]
    if not count:
        raise UsageError(
            f"device={device!r}: this machine has no {kind} device that torch {torch.__version__} "
            'can use; device="auto" takes what there is'
        )
    if number and int(number) >= count:
        raise UsageError(f"device={device!r}: this machine has {count}, numbered from cuda:0")
    return device


@contextlib.contextmanager
def _float32(device: str) -> Iterator[None]:
    """Convolutions in float32 on a GPU too, where torch rounds their factors to 10 bits (TF32)."""
    import torch

    if not device.startswith("cuda"):
        yield
        return
    cudnn = torch.backends.cudnn
    with (
        _cudnn_flags,
        cudnn.flags(
            enabled=cudnn.enabled,
            benchmark=cudnn.benchmark,
            deterministic=cudnn.deterministic,
            allow_tf32=False,
        ),
    ):
        yield
