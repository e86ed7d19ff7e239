"""``tensor_concat``: arrays one behind the other along an axis that they have."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_arrays, checked_axis, telling_shapes


class TensorConcat(ArrayOperator):
    """Put arrays one behind the other along an axis.

    It takes several columns, or one that holds a list of arrays, as ``batch`` gives them.

    Args:
        axis: which one; along all others the arrays are equally long.

    Raises:
        DataError: if they are not, or have no such axis.

    Example:
        >>> TensorConcat()(np.array([1, 2]), np.array([3])).tolist()
        [1, 2, 3]
    """

    def __init__(self, axis: int = 0) -> None:
        self._axis = checked_axis(axis)

    def __call__(self, *arrays: Any) -> npt.NDArray[Any]:
        parts = as_arrays(arrays)
        with telling_shapes(f"concatenate along axis {self._axis}", parts):
            joined: npt.NDArray[Any] = np.concatenate(parts, axis=self._axis)
        return joined
