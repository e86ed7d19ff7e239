"""``tensor_unstack``: an array as the list of its parts along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_array, checked_axis, telling_shapes


class TensorUnstack(ArrayOperator):
    """Take an array apart along an axis, which the parts lack.

    Args:
        axis: which one; each place on it gives one part.

    Raises:
        DataError: if the array has no such axis.

    Example:
        >>> [part.tolist() for part in TensorUnstack(axis=1)(np.array([[1, 3], [2, 4]]))]
        [[1, 2], [3, 4]]
    """

    def __init__(self, axis: int = 0) -> None:
        self._axis = checked_axis(axis)

    def __call__(self, value: npt.ArrayLike) -> list[npt.NDArray[Any]]:
        whole = as_array(value)
        with telling_shapes(f"unstack along axis {self._axis}", [whole]):
            parts = np.moveaxis(whole, self._axis, 0)
        return [np.array(part) for part in parts]
