"""data2vec: a network that sees a part of an image is to say what a teacher says of all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from towhee.trainer.pretraining.method import Method
from towhee.trainer.pretraining.moving_average import MovingAverage
from towhee.trainer.pretraining.patches import block_mask
from towhee.trainer.pretraining.vision_transformer import Patches, encoded, placed_tokens

if TYPE_CHECKING:
    from torch import Tensor


class LayerTargets(torch.nn.Module):
    """The mean of what the last blocks of a vision transformer give, each normalised.

    Args:
        model: of timm.
        layers: how many blocks, from the last on.
    """

    def __init__(self, model: Any, layers: int) -> None:
        super().__init__()
        self.model = model
        self.layers = min(layers, len(model.blocks))

    def forward(self, pixels: Tensor) -> Tensor:
        """``(n, patches, width)`` of whole pictures."""
        tokens = self.model.norm_pre(placed_tokens(self.model, pixels, None, None))
        total: Any = 0.0
        first = len(self.model.blocks) - self.layers
        for place, block in enumerate(self.model.blocks):
            tokens = block(tokens)
            if place >= first:
                total = total + _normalized(tokens)
        prefix = int(self.model.num_prefix_tokens)
        return _normalized(total / self.layers)[:, prefix:]


class MaskedPrediction(Method):
    """Hidden patches are predicted as the averaged layers of a teacher that sees them.

    Targets are the outputs of whole blocks.

    Args:
        model: a vision transformer of timm.
        copy: the same once more, for the teacher.
        steps: of the optimizer, all epochs together.
        mask_ratio: the share of patches that is hidden.
        momentum: of the teacher at the first step.
        layers: blocks whose mean is predicted; half of them if ``None``.

    Source: Baevski et al., "data2vec: A General Framework for Self-supervised Learning in Speech,
    Vision and Language", 2022.
    """

    targets_move = True

    def __init__(
        self,
        model: Any,
        copy: Any,
        steps: int,
        *,
        mask_ratio: float = 0.6,
        momentum: float = 0.99,
        layers: int | None = None,
    ) -> None:
        super().__init__()
        self.network = model
        self.patches = Patches(model)
        self.mask_ratio = mask_ratio
        self.layers = layers or max(1, len(model.blocks) // 2)
        self.teacher = MovingAverage(LayerTargets(copy, self.layers), momentum, steps)
        self.hidden = torch.nn.Parameter(torch.zeros(self.patches.width))
        torch.nn.init.normal_(self.hidden, std=0.02)
        self.head = torch.nn.Linear(self.patches.width, self.patches.width)

    def forward(self, views: list[Tensor]) -> Tensor:
        """The loss of one view ``(n, 3, height, width)``."""
        pixels = views[0]
        mask = block_mask(len(pixels), self.patches.grid, self.mask_ratio).to(pixels.device)
        return torch.nn.functional.smooth_l1_loss(
            self.predicted(pixels, mask)[mask].float(), self.teacher(pixels)[mask].float()
        )

    def predicted(self, pixels: Tensor, mask: Tensor) -> Tensor:
        """What the student says of all patches, ``(n, patches, width)``.

        Args:
            pixels: ``(n, 3, height, width)``.
            mask: ``(n, patches) bool``, those that it does not see.
        """
        tokens = encoded(self.network, placed_tokens(self.network, pixels, mask, self.hidden))
        said: Tensor = self.head(tokens[:, self.patches.prefix :])
        return said

    def follow(self) -> None:
        """The teacher takes its step."""
        self.teacher.follow(LayerTargets(self.network, self.layers))


def _normalized(tokens: Tensor) -> Tensor:
    return torch.nn.functional.layer_norm(tokens.float(), tokens.shape[-1:])
