"""SimCLR: two views of an image are to be more alike than views of different images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from towhee.trainer.importing import import_metric_losses
from towhee.trainer.pretraining.method import Method

if TYPE_CHECKING:
    from torch import Tensor

_WIDEST = 2048
"""Of the head's hidden layer, as in the paper."""


class SimCLR(Method):
    """Two views of each image through the network and a head that is thrown away.

    Args:
        network: gives vectors ``(n, d)``.
        width: of its vectors.
        dimension: of the space in which views are compared.
        temperature: low ones look at the views that are most alike.

    Source: Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations",
    2020.
    """

    def __init__(
        self, network: torch.nn.Module, width: int, dimension: int = 128, temperature: float = 0.2
    ) -> None:
        super().__init__()
        self.network = network
        hidden = min(width, _WIDEST)
        self.head = torch.nn.Sequential(
            torch.nn.Linear(width, hidden, bias=False),
            torch.nn.BatchNorm1d(hidden),
            torch.nn.ReLU(),
            torch.nn.Linear(hidden, dimension),
        )
        self.loss = nt_xent(temperature)

    def forward(self, views: list[Tensor]) -> Tensor:
        """The loss of two views ``(n, 3, height, width)`` of the same images."""
        count = len(views[0])
        # Both in one batch, so that batch norm cannot tell first views from second ones.
        projected = self.head(self.network(torch.cat(views[:2])))
        loss: Tensor = self.loss(projected[:count], projected[count:])
        return loss


def nt_xent(temperature: float) -> torch.nn.Module:
    """The normalised, temperature-scaled cross-entropy of pairs.

    Each of the 2n views is to find its other one among all 2n - 1 others by its cosine; the loss
    is the mean cross-entropy of that, both ways.

    Args:
        temperature: that cosines are divided by.

    Example:
        >>> loss = nt_xent(0.5)
        >>> views = torch.eye(4)
        >>> round(float(loss(views, views)), 3)  # log(e² + 6) - 2
        0.594
    """
    losses = import_metric_losses()
    made: torch.nn.Module = losses.SelfSupervisedLoss(losses.NTXentLoss(temperature=temperature))
    return made
