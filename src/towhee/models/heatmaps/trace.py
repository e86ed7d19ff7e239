"""One image's way through a network, with all that its vector was made from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.models.heatmaps.attention_recorder import recorded_attention

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Trace:
    """What a network computed of one image.

    Attributes:
        vector: ``(d,)``, the network's result.
        outputs: of all its modules, in the order in which they were computed.
        attention: of all its layers, in that order.
        size: height and width of the input in pixels.
    """

    vector: torch.Tensor
    outputs: tuple[torch.Tensor, ...]
    attention: tuple[torch.Tensor, ...]
    size: tuple[int, int]

    def gradient(self, score: torch.Tensor, of: torch.Tensor) -> torch.Tensor | None:
        """How a score changes with what was computed; ``None`` where it does not depend on it."""
        import torch

        if not of.requires_grad:
            return None
        (found,) = torch.autograd.grad(score, [of], retain_graph=True, allow_unused=True)
        return found


@contextlib.contextmanager
def with_gradients() -> Iterator[None]:
    """Let torch note what depends on what, though the caller may have switched that off."""
    import torch

    with torch.inference_mode(False), torch.enable_grad():
        yield


def traced(module: torch.nn.Module, pixels: npt.NDArray[np.uint8]) -> Trace:
    """Run a network on one image, and keep what it computes on the way.

    The network is left as it was: its weights have no gradients, and nothing stays hooked to it.

    Args:
        module: in evaluation mode, on the CPU; gives ``(1, d)`` for ``(1, height, width, 3)``.
        pixels: ``(height, width, 3) uint8``, as the network takes them.

    Raises:
        DataError: if the vector has numbers that are not finite.
    """
    import torch

    outputs: list[torch.Tensor] = []

    def keep(_: torch.nn.Module, __: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and output.ndim in (3, 4):
            outputs.append(output)

    with with_gradients():
        hooks = [each.register_forward_hook(keep) for each in module.modules()]
        try:
            with recorded_attention() as attention:
                vector = module(torch.from_numpy(np.array(pixels)[None])).flatten()
        finally:
            for hook in hooks:
                hook.remove()
    if not bool(torch.isfinite(vector).all()):
        raise DataError("the model gives a vector that is not finite, which nothing can explain")
    return Trace(vector, tuple(outputs), tuple(attention), (pixels.shape[0], pixels.shape[1]))
