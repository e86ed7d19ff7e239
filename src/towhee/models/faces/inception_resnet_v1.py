"""Inception-ResNet-v1, with the names that facenet-pytorch gives its weights."""

from __future__ import annotations

import torch
from torch import nn

DIMENSION = 512


class InceptionResnetV1(nn.Module):
    """FaceNet's network: ``(n, 512)`` of unit length for ``(n, 3, 160, 160)``.

    Source: Szegedy et al., "Inception-v4, Inception-ResNet and the Impact of Residual Connections
    on Learning", 2017; https://github.com/timesler/facenet-pytorch
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv2d_1a = _Convolution(3, 32, 3, stride=2)
        self.conv2d_2a = _Convolution(32, 32, 3)
        self.conv2d_2b = _Convolution(32, 64, 3, padding=1)
        self.maxpool_3a = nn.MaxPool2d(3, stride=2)
        self.conv2d_3b = _Convolution(64, 80, 1)
        self.conv2d_4a = _Convolution(80, 192, 3)
        self.conv2d_4b = _Convolution(192, 256, 3, stride=2)
        self.repeat_1 = nn.Sequential(*(_block35() for _ in range(5)))
        self.mixed_6a = _Reduction(
            [
                _Convolution(256, 384, 3, stride=2),
                nn.Sequential(
                    _Convolution(256, 192, 1),
                    _Convolution(192, 192, 3, padding=1),
                    _Convolution(192, 256, 3, stride=2),
                ),
                nn.MaxPool2d(3, stride=2),
            ]
        )
        self.repeat_2 = nn.Sequential(*(_block17() for _ in range(10)))
        self.mixed_7a = _Reduction(
            [
                nn.Sequential(_Convolution(896, 256, 1), _Convolution(256, 384, 3, stride=2)),
                nn.Sequential(_Convolution(896, 256, 1), _Convolution(256, 256, 3, stride=2)),
                nn.Sequential(
                    _Convolution(896, 256, 1),
                    _Convolution(256, 256, 3, padding=1),
                    _Convolution(256, 256, 3, stride=2),
                ),
                nn.MaxPool2d(3, stride=2),
            ]
        )
        self.repeat_3 = nn.Sequential(*(_block8(0.2) for _ in range(5)))
        self.block8 = _block8(1.0, is_last=True)
        self.last_linear = nn.Linear(1792, DIMENSION, bias=False)
        self.last_bn = nn.BatchNorm1d(DIMENSION, eps=0.001)

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        x = self.conv2d_2b(self.conv2d_2a(self.conv2d_1a(faces)))
        x = self.conv2d_4a(self.conv2d_3b(self.maxpool_3a(x)))
        x = self.repeat_1(self.conv2d_4b(x))
        x = self.repeat_2(self.mixed_6a(x))
        x = self.repeat_3(self.mixed_7a(x))
        x = self.block8(x).mean(dim=(2, 3))
        return nn.functional.normalize(self.last_bn(self.last_linear(x)))


class _Convolution(nn.Module):
    """A convolution, normalised and cut off below 0."""

    def __init__(
        self,
        channels: int,
        made: int,
        size: int | tuple[int, int],
        *,
        stride: int = 1,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, made, size, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(made, eps=0.001)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.relu(self.bn(self.conv(x)))


class _Branches(nn.Module):
    """What several branches make of the same, side by side in the channels."""

    def __init__(self, branches: list[nn.Module]) -> None:
        super().__init__()
        self._names = [f"branch{number}" for number in range(len(branches))]
        for name, branch in zip(self._names, branches, strict=True):
            self.add_module(name, branch)

    def side_by_side(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.get_submodule(name)(x) for name in self._names], dim=1)


class _Reduction(_Branches):
    """Half the height and width, more channels."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.side_by_side(x)


class _Residual(_Branches):
    """What branches find, added to what they were given."""

    def __init__(
        self, branches: list[nn.Module], found: int, channels: int, *, scale: float, is_last: bool
    ) -> None:
        super().__init__(branches)
        self.conv2d = nn.Conv2d(found, channels, 1)
        self._scale, self._is_last = scale, is_last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv2d(self.side_by_side(x)) * self._scale + x
        return x if self._is_last else nn.functional.relu(x)


def _block35() -> nn.Module:
    branches: list[nn.Module] = [
        _Convolution(256, 32, 1),
        nn.Sequential(_Convolution(256, 32, 1), _Convolution(32, 32, 3, padding=1)),
        nn.Sequential(
            _Convolution(256, 32, 1),
            _Convolution(32, 32, 3, padding=1),
            _Convolution(32, 32, 3, padding=1),
        ),
    ]
    return _Residual(branches, 96, 256, scale=0.17, is_last=False)


def _block17() -> nn.Module:
    return _Residual(_crossed(896, 128, 7), 256, 896, scale=0.1, is_last=False)


def _block8(scale: float, *, is_last: bool = False) -> nn.Module:
    return _Residual(_crossed(1792, 192, 3), 384, 1792, scale=scale, is_last=is_last)


def _crossed(channels: int, made: int, length: int) -> list[nn.Module]:
    """A branch that looks at each place, and one along its row and its column."""
    half = length // 2
    along = nn.Sequential(
        _Convolution(channels, made, 1),
        _Convolution(made, made, (1, length), padding=(0, half)),
        _Convolution(made, made, (length, 1), padding=(half, 0)),
    )
    return [_Convolution(channels, made, 1), along]
