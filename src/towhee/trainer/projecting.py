"""A linear projection of features, as it is trained and as it is served."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

if TYPE_CHECKING:
    from torch import Tensor

DROPOUT = 0.5
"""The share of features left out in training: few samples are soon known by a few features."""


_BEGINNING = 1 / math.sqrt(3)
"""The length of each row of the projection, as that of torch's own beginning."""


_ROWS = 10_000
"""Samples that tell the principal components of any number."""


class Head(torch.nn.Module):
    """Features brought to mean 0 and deviation 1, then projected.

    The projection begins with their principal components, so that what is near is near from the
    first step on. One that began as noise would forget what the network knows, and few samples
    teach it little anew: of ten images a class of CIFAR-10, it ended 1.3 points lower.

    Args:
        features: of the training samples, ``(n, d) float32``.
        dimension: of the projection. ``n`` samples have ``n - 1`` components; what is missing are
            directions across them, in which training samples do not differ.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, features: npt.NDArray[np.float32], dimension: int) -> None:
        super().__init__()
        spread = features.std(0, dtype=np.float64)
        floor = max(1e-6, 1e-2 * float(spread.mean()))  # of features that hardly ever are there
        self.register_buffer("mean", torch.from_numpy(features.mean(0, dtype=np.float64)).float())
        self.register_buffer("deviation", torch.from_numpy(np.maximum(spread, floor)).float())
        some = features[:: max(1, len(features) // _ROWS)]
        standard = (some - self.mean.numpy()) / self.deviation.numpy()
        components = _filled_up(principal_components(standard, dimension), dimension)
        self.projection = torch.nn.Linear(features.shape[1], dimension)
        with torch.no_grad():
            self.projection.weight.copy_(torch.from_numpy(_BEGINNING * components))
            self.projection.bias.zero_()
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


def principal_components(rows: npt.NDArray[np.float32], most: int) -> npt.NDArray[np.float64]:
    """The directions in which rows of mean 0 vary most, ``(k, d)``, each of length 1.

    Args:
        rows: ``(n, d)``.
        most: how many directions; fewer come back where the rows do not vary in so many, one at
            least.
    """
    wide = rows.astype(np.float64)
    is_wide = len(wide) < wide.shape[1]
    squares = wide @ wide.T if is_wide else wide.T @ wide
    spread, found = np.linalg.eigh(squares)
    kept = np.flatnonzero(spread[::-1][:most] > 1e-9 * max(spread[-1], 1e-12))
    found = found[:, ::-1][:, : max(1, len(kept))].T
    directions = found @ wide if is_wide else found
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    scaled: npt.NDArray[np.float64] = directions / np.where(lengths > 0, lengths, 1)
    return scaled


def _filled_up(directions: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """As many directions, of which those that are added stand across all others."""
    missing = np.random.default_rng(0).normal(size=(count - len(directions), directions.shape[1]))
    across, _ = np.linalg.qr(np.concatenate([directions, missing]).T)
    return np.concatenate([directions, across.T[len(directions) :]])


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
