"""MAE: a quarter of an image's patches are to tell what the others look like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from towhee.models.timm_models import import_timm
from towhee.trainer.pretraining.method import Method
from towhee.trainer.pretraining.patches import patchified, random_mask
from towhee.trainer.pretraining.vision_transformer import (
    Patches,
    encoded,
    placed_tokens,
    visible_tokens,
)

if TYPE_CHECKING:
    from torch import Tensor

_WIDEST = 512
_HEAD = 32


class MaskedAutoencoder(Method):
    """The encoder sees the visible patches alone; a small decoder draws the hidden ones.

    Args:
        model: a vision transformer of timm.
        mask_ratio: the share of patches that is hidden.
        decoder_width: of the decoder, which is thrown away; a multiple of 32.
        decoder_depth: how many blocks it has; the paper's eight are for long trainings.

    Source: He et al., "Masked Autoencoders Are Scalable Vision Learners", 2021.
    """

    places: Tensor

    def __init__(
        self,
        model: Any,
        *,
        mask_ratio: float = 0.75,
        decoder_width: int | None = None,
        decoder_depth: int = 2,
    ) -> None:
        super().__init__()
        import_timm()
        from timm.models.vision_transformer import Block

        self.network = model
        self.patches = Patches(model)
        self.mask_ratio = mask_ratio
        width = _multiple(decoder_width or min(_WIDEST, self.patches.width))
        self.into = torch.nn.Linear(self.patches.width, width)
        self.hidden = torch.nn.Parameter(torch.zeros(width))
        torch.nn.init.normal_(self.hidden, std=0.02)
        self.decoder = torch.nn.Sequential(
            *(Block(width, width // _HEAD, qkv_bias=True) for _ in range(decoder_depth)),
            torch.nn.LayerNorm(width),
            torch.nn.Linear(width, 3 * self.patches.side**2),
        )
        self.register_buffer("places", grid_places(width, self.patches.grid), persistent=False)

    def forward(self, views: list[Tensor]) -> Tensor:
        """The loss of one view ``(n, 3, height, width)``."""
        pixels = views[0]
        mask = random_mask(len(pixels), self.patches.count, self.mask_ratio).to(pixels.device)
        return hidden_patch_loss(
            self.drawn(pixels, mask), patchified(pixels, self.patches.side), mask
        )

    def drawn(self, pixels: Tensor, mask: Tensor) -> Tensor:
        """All patches as the decoder draws them, ``(n, patches, side * side * 3)``.

        Args:
            pixels: ``(n, 3, height, width)``.
            mask: ``(n, patches) bool``, those that the encoder does not see.
        """
        prefix = self.patches.prefix
        placed = placed_tokens(self.network, pixels, None, None)
        seen = self.into(encoded(self.network, visible_tokens(placed, mask, prefix)))
        whole = self.hidden.to(seen.dtype).expand(*mask.shape, -1).clone()
        whole[~mask] = seen[:, prefix:].flatten(0, 1)
        whole = whole + self.places.to(seen.dtype)
        drawn: Tensor = self.decoder(torch.cat([seen[:, :prefix], whole], 1))
        return drawn[:, prefix:]


def hidden_patch_loss(drawn: Tensor, patches: Tensor, mask: Tensor) -> Tensor:
    """The mean squared error of hidden patches, each brought to mean 0 and deviation 1 before.

    Args:
        drawn: ``(n, patches, values)``.
        patches: as they are, of the same shape.
        mask: ``(n, patches) bool``, those that count.
    """
    wanted = patches[mask].float()
    spread = wanted.var(1, keepdim=True, unbiased=True)
    wanted = (wanted - wanted.mean(1, keepdim=True)) / (spread + 1e-6).sqrt()
    return torch.nn.functional.mse_loss(drawn[mask].float(), wanted)


def grid_places(width: int, grid: tuple[int, int]) -> Tensor:
    """Sines and cosines that say where each patch is, ``(patches, width)``.

    Half of them are of its row, half of its column.
    """
    rows, columns = torch.meshgrid(
        torch.arange(grid[0]).float(), torch.arange(grid[1]).float(), indexing="ij"
    )
    quarter = width // 4
    rates = torch.exp(-math.log(10000.0) * torch.arange(quarter) / quarter)
    angles = [place.reshape(-1, 1) * rates for place in (rows, columns)]
    return torch.cat([wave for each in angles for wave in (each.sin(), each.cos())], 1)


def _multiple(width: int) -> int:
    return max(_HEAD, width // _HEAD * _HEAD)
