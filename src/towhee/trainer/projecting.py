"""A linear projection of features, as it is trained and as it is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

if TYPE_CHECKING:
    from torch import Tensor

DROPOUT = 0.5
"""The share of features left out in training: few samples are soon known by a few features."""


class Head(torch.nn.Module):
    """Features brought to mean 0 and deviation 1, then projected.

    Args:
        features: of the training samples, ``(n, d) float32``.
        dimension: of the projection.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, features: npt.NDArray[np.float32], dimension: int) -> None:
        super().__init__()
        spread = features.std(0, dtype=np.float64)
        floor = max(1e-6, 1e-2 * float(spread.mean()))  # of features that hardly ever are there
        self.register_buffer("mean", torch.from_numpy(features.mean(0, dtype=np.float64)).float())
        self.register_buffer("deviation", torch.from_numpy(np.maximum(spread, floor)).float())
        self.projection = torch.nn.Linear(features.shape[1], dimension)
        self.dropout = torch.nn.Dropout(DROPOUT)

    def forward(self, features: Tensor) -> Tensor:
        """``(n, dimension)`` for ``(n, d)``."""
        projected: Tensor = self.projection(self.dropout((features - self.mean) / self.deviation))
        return projected

    def linear(self) -> torch.nn.Linear:
        """The same as one linear map of the features."""
        weight = self.projection.weight.double() / self.deviation.double()
        bias = self.projection.bias.double() - weight @ self.mean.double()
        return _linear(weight, bias)


def composed(first: torch.nn.Linear, second: torch.nn.Linear) -> torch.nn.Linear:
    """One linear map that does what two do, one after the other."""
    weight = second.weight.double() @ first.weight.double()
    bias = second.weight.double() @ first.bias.double() + second.bias.double()
    return _linear(weight, bias)


def _linear(weight: Any, bias: Any) -> torch.nn.Linear:
    made = torch.nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        made.weight.copy_(weight)
        made.bias.copy_(bias)
    return made
