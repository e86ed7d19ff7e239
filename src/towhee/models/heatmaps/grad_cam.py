"""Grad-CAM: which places of the last feature map speak for a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from towhee.models.heatmaps.positions import Positions

if TYPE_CHECKING:
    import torch


def grad_cam(positions: Positions) -> torch.Tensor:
    """Grad-CAM's map of a score, ``(height, width) float32``, nowhere below 0.

    Each channel counts by the mean of the score's gradient over all places; what speaks against
    the score is left out.

    Args:
        positions: the last features, and the score's gradient.

    Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", ICCV 2017, https://arxiv.org/abs/1610.02391.
    """
    features = positions.features[positions.prefix :]
    weights = positions.gradient[positions.prefix :].mean(0)
    return (features @ weights).clamp_min(0).reshape(positions.grid)
