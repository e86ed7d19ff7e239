"""From the vectors of tokens to the vector of a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    Pool = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

POOLER = "pooler"
"""The pooling that some models bring with them, as BERT the layer behind its first token."""

_LEAST = 1e-9  # by which nothing is divided


def _cls(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The first token's vector."""
    return tokens[:, 0]


def _max(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The greatest value in each place."""
    return tokens.masked_fill(mask == 0, float("-inf")).max(dim=1).values


def _mean(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of all tokens."""
    return (tokens * mask).sum(1) / mask.sum(1).clamp(min=_LEAST)


def _mean_sqrt(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Their sum over the square root of their number."""
    return (tokens * mask).sum(1) / mask.sum(1).clamp(min=_LEAST).sqrt()


def _weighted_mean(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Their mean, each weighted by its place: 1 for the first, 2 for the second, …"""
    weights = mask * mask.cumsum(1)
    return (tokens * weights).sum(1) / weights.sum(1).clamp(min=_LEAST)


def _last_token(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The last token's vector; a product with zeros and ones, which every backend has."""
    is_last = mask * (mask.cumsum(1) == mask.sum(1, keepdim=True))
    return (tokens * is_last).sum(1)


POOLINGS: dict[str, Pool] = {
    "cls": _cls,
    "max": _max,
    "mean": _mean,
    "mean_sqrt_len_tokens": _mean_sqrt,
    "weightedmean": _weighted_mean,
    "lasttoken": _last_token,
}
"""Name of sentence-transformers → function of tokens ``(n, length, d)`` and mask
``(n, length, 1)``, ones in front and zeros for padding behind."""
