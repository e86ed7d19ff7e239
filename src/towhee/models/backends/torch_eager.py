"""torch in eager mode: the reference that other backends are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError

if TYPE_CHECKING:
    import torch


class TorchBackend:
    """A torch model in float32.

    Args:
        model: gives ``(n, d)`` for ``(n, 3, h, w)``.
        device: ``"auto"`` for a GPU if there is one, or ``"cpu"``, ``"cuda"``, ``"cuda:1"``,
            ``"mps"``.

    Raises:
        UsageError: if the device is not there; nothing falls back to another in silence.
    """

    name = "torch"
    precision = "float32"

    def __init__(self, model: torch.nn.Module, *, device: str = "auto") -> None:
        self.device = chosen_device(device)
        self._model = model.to(self.device).eval()

    def __call__(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            vectors = self._model(torch.from_numpy(pixels).to(self.device))
        result: npt.NDArray[np.float32] = vectors.float().cpu().numpy()
        return result


def chosen_device(device: str) -> str:
    """The device that a name stands for, if it is there."""
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    kind = device.split(":")[0]
    present = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if kind not in present:
        raise UsageError(f'device is "auto", "cpu", "cuda", "cuda:0", … or "mps", not {device!r}')
    if not present[kind]:
        raise UsageError(f'this machine has no {kind} device that torch can use; device="auto"')
    return device
