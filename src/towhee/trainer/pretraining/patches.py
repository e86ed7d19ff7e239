"""Pictures as patches, and which of them are hidden."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

_LEAST_BLOCK = 4
_ASPECTS = (0.3, 1 / 0.3)


def patchified(pixels: Tensor, side: int) -> Tensor:
    """Squares of pixels as rows, from left to right, the upper ones first.

    Args:
        pixels: ``(n, 3, height, width)``, height and width multiples of ``side``.
        side: of a patch.

    Returns:
        ``(n, patches, side * side * 3)``, the channels of a pixel beside each other.
    """
    count, channels, height, width = pixels.shape
    cut = pixels.reshape(count, channels, height // side, side, width // side, side)
    return cut.permute(0, 2, 4, 3, 5, 1).reshape(count, -1, side * side * channels)


def unpatchified(patches: Tensor, side: int, grid: tuple[int, int]) -> Tensor:
    """The pixels ``(n, 3, height, width)`` that patches were cut from.

    Args:
        patches: ``(n, rows * columns, side * side * 3)``.
        side: of a patch.
        grid: how many rows and columns of patches.
    """
    count, (rows, columns) = len(patches), grid
    cut = patches.reshape(count, rows, columns, side, side, -1)
    channels = cut.shape[-1]
    return cut.permute(0, 5, 1, 3, 2, 4).reshape(count, channels, rows * side, columns * side)


def random_mask(count: int, patches: int, ratio: float) -> Tensor:
    """Which patches are hidden: so many of each picture, anywhere; ``(count, patches) bool``.

    Example:
        >>> random_mask(2, 16, 0.75).sum(1).tolist()
        [12, 12]
    """
    hidden = min(patches - 1, max(1, round(patches * ratio)))
    order = torch.rand(count, patches).argsort(1)
    return order.argsort(1) < hidden


def block_mask(count: int, grid: tuple[int, int], ratio: float) -> Tensor:
    """Which patches are hidden: so many of each picture, in blocks; ``(count, patches) bool``.

    What is hidden in blocks cannot be told from its neighbours.

    Source: Bao et al., "BEiT: BERT Pre-Training of Image Transformers", 2021, algorithm 1.
    """
    rows, columns = grid
    hidden = min(rows * columns - 1, max(1, round(rows * columns * ratio)))
    return torch.stack([_blocks(rows, columns, hidden) for _ in range(count)])


def _blocks(rows: int, columns: int, hidden: int) -> Tensor:
    mask = torch.zeros(rows, columns, dtype=torch.bool)
    while True:
        missing = hidden - int(mask.sum())
        if missing <= 0:
            return mask.flatten()
        low = min(_LEAST_BLOCK, missing)
        area = low + float(torch.rand(())) * max(0, missing - low)
        low_log, high_log = (math.log(each) for each in _ASPECTS)
        aspect = math.exp(low_log + float(torch.rand(())) * (high_log - low_log))
        height = min(rows, max(1, round(math.sqrt(area * aspect))))
        width = min(columns, max(1, round(math.sqrt(area / aspect))))
        top = int(torch.randint(rows - height + 1, ()))
        left = int(torch.randint(columns - width + 1, ()))
        block = mask[top : top + height, left : left + width]
        new = (~block).flatten().nonzero().flatten()[:missing]  # never more than are to be hidden
        chosen = torch.zeros(block.numel(), dtype=torch.bool)
        chosen[new] = True
        block |= chosen.reshape(block.shape)
