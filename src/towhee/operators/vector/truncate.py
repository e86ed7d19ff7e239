"""``vector_truncate``: the first numbers of vectors whose models were trained for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.operators.base import Operator
from towhee.operators.vector.vectors import as_floats, checked_dimension, of_unit_norm, to_float32


class VectorTruncate(Operator[npt.ArrayLike, npt.NDArray[np.float32]]):
    """Keep the first numbers of vectors, and bring what is left to unit length.

    Models trained with Matryoshka representation learning put what matters most in front; of
    another model's vectors use ``vector_pca`` instead, which finds out what matters most.

    Args:
        dimension: how many numbers are kept.
        normalize: whether the shorter vectors are brought to unit length.

    Returns:
        ``(dimension,)`` float32 for each vector.

    Raises:
        UsageError: if the dimension is no whole number of at least 1.
        DataError: for a vector that is shorter, or of which zeros are left.

    Example:
        >>> VectorTruncate(1)([0.6, 0.8]).tolist()
        [1.0]

    Source:
        Kusupati et al., Matryoshka Representation Learning, https://arxiv.org/abs/2205.13147
    """

    def __init__(self, dimension: int, *, normalize: bool = True) -> None:
        self._dimension = checked_dimension(dimension)
        self._normalize = normalize

    def batch(self, values: Sequence[npt.ArrayLike]) -> list[npt.NDArray[np.float32]]:
        """The first numbers of each vector."""
        return [self._truncate(as_floats(value)) for value in values]

    def _truncate(self, vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        if vector.size < self._dimension:
            raise DataError(
                f"a vector of {vector.size} numbers cannot be cut to {self._dimension}; "
                "choose a smaller dimension"
            )
        kept = vector[: self._dimension]
        return of_unit_norm(kept) if self._normalize else to_float32(kept)
