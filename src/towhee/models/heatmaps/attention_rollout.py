"""Attention rollout: from which patches of an image a transformer's vector is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch


def attention_rollout(attention: Sequence[torch.Tensor]) -> torch.Tensor:
    """How much of each token at the end comes from each token at the beginning.

    In a layer a token is half itself, by the residual connection, and half the mean of what its
    heads attend to; layers multiply.

    Args:
        attention: of each layer, the first first, ``(heads, tokens, tokens)``; rows sum to 1.

    Returns:
        ``(tokens, tokens)``: a row for each token at the end; rows sum to 1.

    Example:
        >>> import torch
        >>> attention_rollout([torch.full((1, 2, 2), 0.5)] * 2).tolist()
        [[0.625, 0.375], [0.375, 0.625]]

    Source: Abnar and Zuidema, "Quantifying Attention Flow in Transformers", ACL 2020,
    https://arxiv.org/abs/2005.00928.
    """
    import torch

    rolled = torch.eye(attention[0].shape[-1])
    for layer in attention:
        rolled = (layer.mean(0) + torch.eye(len(rolled))) / 2 @ rolled
    return rolled


def weighted_rollout(
    attention: Sequence[torch.Tensor], gradients: Sequence[torch.Tensor]
) -> torch.Tensor:
    """The same for a score: attention counts as far as the score gains by it.

    Args:
        attention: of each layer, the first first, ``(heads, tokens, tokens)``.
        gradients: of the score, of the same shapes.

    Returns:
        ``(tokens, tokens)``: how relevant each token at the beginning (columns) is to each at the
        end (rows). Every token starts with 1 for itself.

    Source: Chefer, Gur and Wolf, "Generic Attention-model Explainability for Interpreting
    Bi-Modal and Encoder-Decoder Transformers", ICCV 2021, https://arxiv.org/abs/2103.15679.
    """
    import torch

    relevance = torch.eye(attention[0].shape[-1])
    for layer, gradient in zip(attention, gradients, strict=True):
        relevance = relevance + (layer * gradient).clamp_min(0).mean(0) @ relevance
    return relevance


def patches_of(
    relevance: torch.Tensor, tokens: npt.NDArray[np.float64], prefix: int
) -> torch.Tensor:
    """What each patch is to the vector.

    Args:
        relevance: ``(tokens, tokens)``, as the functions above give it.
        tokens: ``(tokens,)``: how much the vector is of each token at the end. It is all of the
            first where a token stands for the class, and the same of each for a mean.
        prefix: the tokens in front of those of the patches.

    Returns:
        ``(patches,)``, which sum to 1 unless nothing is relevant.
    """
    import torch

    parts = torch.from_numpy(tokens).to(relevance.dtype) @ relevance
    patches = parts[prefix:]
    total = patches.sum()
    return patches / total if total > 0 else patches
