"""Mixup: pairs of a batch's samples, and of their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def mixup(
    pixels: torch.Tensor, labels: torch.Tensor, *, alpha: float, classes: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each sample mixed with another of the batch, by a share that Beta(alpha, alpha) draws.

    Args:
        pixels: ``(n, …) float32``.
        labels: ``(n,) int64``.
        alpha: of the distribution; small ones mix little.
        classes: how many there are.

    Returns:
        The mixed samples, and labels as shares of the classes, ``(n, classes) float32``.

    Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018.
    """
    import torch

    share = float(np.random.beta(alpha, alpha))
    other = torch.randperm(len(pixels)).to(pixels.device)
    whole = torch.nn.functional.one_hot(labels, classes).to(pixels.dtype)
    mixed = share * pixels + (1 - share) * pixels[other]
    return mixed, share * whole + (1 - share) * whole[other]
