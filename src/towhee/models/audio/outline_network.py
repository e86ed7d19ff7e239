"""The small network that learns from outlines of spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING

from towhee.models.audio.cepstrum import BANDS

if TYPE_CHECKING:
    import torch

_CHANNELS = (16, 32, 64)
_KERNEL, _STRIDE = 5, 2
_CHANNEL_DROPOUT, _DROPOUT = 0.1, 0.2
DIMENSION = 128


def outline_network() -> torch.nn.Module:
    """A network with new weights that gives ``(n, 128)`` for outlines ``(n, 96, 40) float32``.

    Three convolutions over time and frequency. The mean and the greatest value over time of each
    channel *and band* go into the vector: which frequencies sound is what tells words apart, and
    when they do in the window is chance.
    """
    import torch
    from torch import nn

    class OutlineNetwork(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layers: list[nn.Module] = []
            deep, bands = 1, BANDS
            for place, wide in enumerate(_CHANNELS):
                if place:
                    layers.append(nn.Dropout2d(_CHANNEL_DROPOUT))
                convolution = nn.Conv2d(deep, wide, _KERNEL, _STRIDE, _KERNEL // 2, bias=False)
                layers += [convolution, nn.BatchNorm2d(wide), nn.ReLU()]
                deep, bands = wide, -(-bands // _STRIDE)
            self.layers = nn.Sequential(*layers)
            self.dropout = nn.Dropout(_DROPOUT)
            self.embedding = nn.Linear(2 * deep * bands, DIMENSION)

        def forward(self, outlines: torch.Tensor) -> torch.Tensor:
            maps = self.layers(outlines.unsqueeze(1))
            pooled = torch.cat([maps.mean(dim=2), maps.amax(dim=2)], dim=1)
            vectors: torch.Tensor = self.embedding(self.dropout(pooled.flatten(1)))
            return vectors

    return OutlineNetwork()
