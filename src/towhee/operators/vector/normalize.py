"""``vector_normalize``: the direction without the length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from towhee.operators.base import Operator
from towhee.operators.vector.vectors import as_floats, checked_norm, of_unit_norm


class VectorNormalize(Operator[npt.ArrayLike, npt.NDArray[np.float32]]):
    """Bring vectors to unit length, so that the dot product of two is their cosine.

    The embedding operators do so already, unless they are told ``normalize=False``.

    Args:
        norm: what becomes 1: ``"L2"`` the length, ``"L1"`` the sum of the absolute numbers,
            ``"max"`` the largest of them.

    Returns:
        ``(d,)`` float32 for each vector.

    Raises:
        UsageError: if there is no such norm.
        DataError: for what is no vector of finite numbers, and for one of zeros.

    Example:
        >>> VectorNormalize()([3, 4]).tolist() == np.float32([0.6, 0.8]).tolist()
        True
    """

    def __init__(self, norm: str = "L2") -> None:
        self._norm = checked_norm(norm)

    def batch(self, values: Sequence[npt.ArrayLike]) -> list[npt.NDArray[np.float32]]:
        """Each vector divided by its norm."""
        return [of_unit_norm(as_floats(value), self._norm) for value in values]
