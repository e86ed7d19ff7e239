"""How well the vectors of one way to run a model agree with those of another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def worst_cosine(vectors: npt.NDArray[np.float32], reference: npt.NDArray[np.float32]) -> float:
    """The smallest cosine between a vector and its reference; -1 where one is not finite.

    The worst counts, not the mean: a search that misses one picture in fifty is no search.

    Args:
        vectors: ``(n, d) float32``.
        reference: ``(n, d) float32``.

    Example:
        >>> eye = np.eye(2, dtype=np.float32)
        >>> worst_cosine(eye, eye), worst_cosine(eye[::-1], eye)
        (1.0, 0.0)
    """
    ours, theirs = vectors.astype(np.float64), reference.astype(np.float64)
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        return -1.0
    products = np.einsum("nd,nd->n", ours, theirs)
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    both_zero = ~ours.any(axis=1) & ~theirs.any(axis=1)
    cosines = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    cosines[both_zero] = 1
    return float(cosines.min(initial=1.0))
