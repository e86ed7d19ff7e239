"""What is done to a model's output so that it is a vector."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError

Floats = npt.NDArray[np.float32]
Pooling = Literal["avg", "max", "token", "none"]


def check_pooling(pooling: str | None) -> None:
    """Raise ``UsageError`` unless it is a way of pooling, or ``None``."""
    if pooling is not None and pooling not in get_args(Pooling):
        choices = ", ".join(get_args(Pooling))
        raise UsageError(
            f"pooling is one of {choices}, or None for the layer's own, not {pooling!r}"
        )


def unit_length(vectors: Floats) -> Floats:
    """The vectors divided by their lengths; a zero vector stays zero.

    Lengths are summed up in float64, in which no square of a float32 is too small or too large.

    Args:
        vectors: ``(n, d)`` float32.
    """
    lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64))[:, None]
    lengths[lengths == 0] = 1
    scaled: Floats = (vectors / lengths).astype(np.float32)
    return scaled
