"""The three networks of MTCNN, with the names that facenet-pytorch gives their weights."""

from __future__ import annotations

import torch
from torch import nn


class ProposalNetwork(nn.Module):
    """Looks at all squares of 12 pixels of an image, 2 pixels apart."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 10, 3)
        self.prelu1 = nn.PReLU(10)
        self.conv2 = nn.Conv2d(10, 16, 3)
        self.prelu2 = nn.PReLU(16)
        self.conv3 = nn.Conv2d(16, 32, 3)
        self.prelu3 = nn.PReLU(32)
        self.conv4_1 = nn.Conv2d(32, 2, 1)
        self.conv4_2 = nn.Conv2d(32, 4, 1)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores ``(n, h, w)`` and how far the edges of each box are off, ``(n, 4, h, w)``."""
        x = _halved(self.prelu1(self.conv1(pixels)), 2)
        x = self.prelu2(self.conv2(x))
        x = self.prelu3(self.conv3(x))
        return self.conv4_1(x).softmax(1)[:, 1], self.conv4_2(x)


class RefinementNetwork(nn.Module):
    """Looks at each candidate at 24 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 28, 3)
        self.prelu1 = nn.PReLU(28)
        self.conv2 = nn.Conv2d(28, 48, 3)
        self.prelu2 = nn.PReLU(48)
        self.conv3 = nn.Conv2d(48, 64, 2)
        self.prelu3 = nn.PReLU(64)
        self.dense4 = nn.Linear(576, 128)
        self.prelu4 = nn.PReLU(128)
        self.dense5_1 = nn.Linear(128, 2)
        self.dense5_2 = nn.Linear(128, 4)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores ``(n,)`` and how far the edges of each box are off, ``(n, 4)``."""
        x = _halved(self.prelu1(self.conv1(pixels)), 3)
        x = _halved(self.prelu2(self.conv2(x)), 3)
        x = self.prelu3(self.conv3(x))
        x = self.prelu4(self.dense4(_flat(x)))
        return self.dense5_1(x).softmax(1)[:, 1], self.dense5_2(x)


class OutputNetwork(nn.Module):
    """Looks at what is left at 48 pixels, and finds landmarks."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3)
        self.prelu1 = nn.PReLU(32)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.prelu2 = nn.PReLU(64)
        self.conv3 = nn.Conv2d(64, 64, 3)
        self.prelu3 = nn.PReLU(64)
        self.conv4 = nn.Conv2d(64, 128, 2)
        self.prelu4 = nn.PReLU(128)
        self.dense5 = nn.Linear(1152, 256)
        self.prelu5 = nn.PReLU(256)
        self.dense6_1 = nn.Linear(256, 2)
        self.dense6_2 = nn.Linear(256, 4)
        self.dense6_3 = nn.Linear(256, 10)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Scores ``(n,)``, edges ``(n, 4)``, and landmarks ``(n, 10)``: five x, then five y."""
        x = _halved(self.prelu1(self.conv1(pixels)), 3)
        x = _halved(self.prelu2(self.conv2(x)), 3)
        x = _halved(self.prelu3(self.conv3(x)), 2)
        x = self.prelu4(self.conv4(x))
        x = self.prelu5(self.dense5(_flat(x)))
        return self.dense6_1(x).softmax(1)[:, 1], self.dense6_2(x), self.dense6_3(x)


class MtcnnNetworks(nn.Module):
    """The three, as one module."""

    def __init__(self) -> None:
        super().__init__()
        self.pnet = ProposalNetwork()
        self.rnet = RefinementNetwork()
        self.onet = OutputNetwork()


def _halved(x: torch.Tensor, size: int) -> torch.Tensor:
    return nn.functional.max_pool2d(x, size, 2, ceil_mode=True)


def _flat(x: torch.Tensor) -> torch.Tensor:
    """A row for each, in the order in which the published weights want it: columns first."""
    return x.permute(0, 3, 2, 1).flatten(1)
