"""Vision transformers of timm, taken apart where patches can be hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from towhee.errors import UsageError
from towhee.models.timm_models import import_timm

if TYPE_CHECKING:
    from torch import Tensor


def require_patches(model: Any, name: str, method: str) -> None:
    """Refuse a network that has no patches to hide.

    Args:
        model: of timm.
        name: of the model, for the message.
        method: that would hide them.

    Raises:
        UsageError: which says what would suit it.
    """
    import_timm()
    from timm.layers.patch_embed import PatchEmbed
    from timm.models.vision_transformer import VisionTransformer

    if not isinstance(model, VisionTransformer):
        raise UsageError(
            f"{method} hides patches of an image from a vision transformer, and {name} is a "
            f"{type(model).__name__}, which has no patches that could be left out: pre-train it "
            "with simclr or dino, or take a model such as vit_small_patch16_224"
        )
    if type(model.patch_embed) is not PatchEmbed or model.pos_embed is None:
        raise UsageError(
            f"{method} needs patches that are squares of pixels with a place of their own, and "
            f"{name} makes its patches otherwise: pre-train it with simclr or dino"
        )


class Patches:
    """What a vision transformer says of its patches.

    Args:
        model: of timm; see ``require_patches``.
    """

    def __init__(self, model: Any) -> None:
        self.side = int(model.patch_embed.patch_size[0])
        self.grid: tuple[int, int] = tuple(model.patch_embed.grid_size)
        self.width = int(model.embed_dim)
        self.prefix = int(model.num_prefix_tokens)

    @property
    def count(self) -> int:
        """How many patches a picture has."""
        return self.grid[0] * self.grid[1]


def placed_tokens(model: Any, pixels: Tensor, mask: Tensor | None, masked: Any) -> Tensor:
    """The tokens in front of the first block, ``(n, prefix + patches, width)``.

    Args:
        model: of timm.
        pixels: ``(n, 3, height, width)``.
        mask: patches that ``masked`` stands for, ``(n, patches) bool``; ``None`` for none.
        masked: ``(width,)``, which gets the place of the patch.
    """
    tokens = model.patch_embed(pixels)
    if mask is not None:
        # A network that takes any size lays its patches out in rows and columns.
        hidden = mask.reshape(*tokens.shape[:-1], 1)
        tokens = torch.where(hidden, masked.to(tokens.dtype), tokens)
    placed: Tensor = model._pos_embed(tokens)
    return placed


def visible_tokens(placed: Tensor, mask: Tensor, prefix: int) -> Tensor:
    """Tokens without those that are hidden, ``(n, prefix + visible, width)``.

    Args:
        placed: all of them.
        mask: which patches are hidden; as many of each picture.
        prefix: tokens in front of the patches, which stay.
    """
    count, _, width = placed.shape
    shown = placed[:, prefix:][~mask].reshape(count, -1, width)
    return torch.cat([placed[:, :prefix], shown], 1)


def encoded(model: Any, tokens: Tensor) -> Tensor:
    """What the transformer makes of tokens that have their places, however many they are."""
    given: Tensor = model.norm(model.blocks(model.norm_pre(tokens)))
    return given
