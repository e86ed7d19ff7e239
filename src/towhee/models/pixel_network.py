"""Networks that take pixels as they are, and normalise them themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from towhee.models.preprocess import Preprocess

if TYPE_CHECKING:
    import torch


def pixel_network(
    network: torch.nn.Module, preprocess: Preprocess, *, folded: bool = False
) -> torch.nn.Module:
    """The network behind the normalisation of its pixels.

    Args:
        network: gives ``(n, d)`` for ``(n, 3, height, width) float32``.
        preprocess: whose mean and standard deviation are taken.
        folded: one multiplication and one addition instead of the three operations of the
            reference; the results differ in the last bit.

    Returns:
        A module that gives ``(n, d)`` for ``(n, height, width, 3) uint8``.
    """
    import torch

    class PixelNetwork(torch.nn.Module):
        first: torch.Tensor
        second: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.network = network
            mean = torch.tensor(preprocess.mean).reshape(1, 3, 1, 1)
            std = torch.tensor(preprocess.std).reshape(1, 3, 1, 1)
            self.register_buffer("first", 1 / (255 * std) if folded else mean, persistent=False)
            self.register_buffer("second", -mean / std if folded else std, persistent=False)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            # In the layout of the model's own transform, or exporters write indices to undo it.
            values = pixels.permute(0, 3, 1, 2).float().contiguous()
            if folded:
                values = values * self.first + self.second
            else:  # by the operations of the model's own transform
                values = (values / 255 - self.first) / self.second
            vectors: torch.Tensor = self.network(values)
            return vectors

    return PixelNetwork().eval()
