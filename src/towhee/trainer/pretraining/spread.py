"""How many directions vectors use: what tells a network that says the same of everything."""

from __future__ import annotations

from typing import Any

import numpy as np


def effective_rank(vectors: Any) -> float:
    """The number of directions that vectors take, however unequally.

    It is the exponential of the entropy of the singular values' shares: 1 for vectors that all
    point the same way, near ``d`` for a ball in ``d`` dimensions.

    Args:
        vectors: ``(n, d)``; their lengths do not matter.

    Example:
        >>> corners = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
        >>> round(effective_rank(corners), 3)
        3.0
        >>> effective_rank([[1, 0], [2, 0], [3, 0]])
        1.0

    Source: Garrido et al., "RankMe: Assessing the Downstream Performance of Pretrained
    Self-Supervised Representations by Their Rank", 2023.
    """
    given = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(given, axis=1, keepdims=True)
    values = np.linalg.svd(given / np.where(lengths > 0, lengths, 1.0), compute_uv=False)
    total = values.sum()
    if not total > 0:
        return 1.0
    shares = values[values > 1e-12 * total] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))
