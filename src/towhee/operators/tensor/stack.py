"""``tensor_stack``: arrays of one shape as one array with an axis more."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_arrays, checked_axis, telling_shapes


class TensorStack(ArrayOperator):
    """Stack arrays of one shape along a new axis.

    It takes several columns, or one that holds a list of arrays, as ``batch`` gives them.

    Args:
        axis: the place of the new axis among those of the result.

    Raises:
        DataError: if the arrays differ in shape, or have no such axis.

    Example:
        >>> TensorStack(axis=1)(np.array([1, 2]), np.array([3, 4])).tolist()
        [[1, 3], [2, 4]]
    """

    def __init__(self, axis: int = 0) -> None:
        self._axis = checked_axis(axis)

    def __call__(self, *arrays: Any) -> npt.NDArray[Any]:
        parts = as_arrays(arrays)
        with telling_shapes(f"stack along axis {self._axis}", parts):
            stacked: npt.NDArray[Any] = np.stack(parts, axis=self._axis)
        return stacked
