"""``tensor_matmul``: the product of two matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_array, telling_shapes


class TensorMatmul(ArrayOperator):
    """Multiply arrays as matrices: two columns, or one with a matrix that is always the same.

    Args:
        trans: the matrix on the right, if there is one column.

    Raises:
        UsageError: if there is neither a second column nor a matrix, or both.
        DataError: if the shapes do not fit.

    Example:
        >>> TensorMatmul(trans=[[1, 0], [0, 2]])(np.array([3, 4])).tolist()
        [3, 8]
    """

    def __init__(self, trans: npt.ArrayLike | None = None) -> None:
        self._trans = None if trans is None else as_array(trans)

    def __call__(self, value: npt.ArrayLike, right: npt.ArrayLike | None = None) -> Any:
        """The product: an array, or a number for two vectors."""
        other = self._trans if right is None else as_array(right)
        if other is None or (right is not None and self._trans is not None):
            raise UsageError(
                "the matrix on the right comes from trans=… or from a second column, from one alone"
            )
        matrix = as_array(value)
        with telling_shapes("multiply", [matrix, other]):
            return np.matmul(matrix, other)
