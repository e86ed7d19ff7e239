"""The loss of images and texts that belong together, both ways."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from towhee.errors import UsageError

if TYPE_CHECKING:
    import torch

_TEMPERATURE = 0.07
_LEAST = 0.01
"""Of the temperature, as CLIP bounds it."""


def contrastive_loss(temperature: float | None = None, *, learned: bool = True) -> torch.nn.Module:
    """Of each image the text that belongs to it is to be told from all others, and the reverse.

    What is the same image or the same text as another of the batch is no example of what does not
    belong together, and is left out.

    Args:
        temperature: that cosines are divided by; 0.07 if not given.
        learned: whether it is learned too.

    Returns:
        A module of vectors, two of ``(n, d)``, and which distinct image and text each row has,
        ``(n, 2) int64``.

    Raises:
        UsageError: for a temperature that is none.

    Source: Radford et al., "Learning Transferable Visual Models From Natural Language
    Supervision", 2021.
    """
    import torch

    if temperature is not None and not temperature > 0:
        raise UsageError(f"InfoNCE's temperature is above 0, not {temperature!r}")
    first = math.log(1 / (temperature or _TEMPERATURE))

    class ContrastiveLoss(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(first), requires_grad=learned)

        def forward(
            self, vectors: tuple[torch.Tensor, torch.Tensor], ids: torch.Tensor
        ) -> torch.Tensor:
            images, texts = (
                torch.nn.functional.normalize(each.float(), dim=-1) for each in vectors
            )
            scale = self.scale.clamp(max=math.log(1 / _LEAST)).exp()
            logits = scale * images @ texts.T
            is_same = (ids[:, None] == ids[None]).any(-1)
            is_same.fill_diagonal_(False)
            logits = logits.masked_fill(is_same, -math.inf)
            own = torch.arange(len(ids), device=logits.device)
            entropy = torch.nn.functional.cross_entropy
            return (entropy(logits, own) + entropy(logits.T, own)) / 2

    return ContrastiveLoss()
