"""What every method of pre-training is: a network that gives its own loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor


class Method(torch.nn.Module):
    """A network with what is trained beside it and thrown away at the end.

    Attributes:
        targets_move: whether what is predicted is learned too, so that a rising loss says nothing.
    """

    targets_move = False

    def forward(self, views: Any) -> Tensor:
        """The loss, a scalar, of a batch of views: a list of ``(n, 3, height, width) float32``."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward()")

    def follow(self) -> None:
        """What is to be done behind each step of the optimizer; nothing by default."""
