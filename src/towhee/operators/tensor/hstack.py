"""``tensor_hstack``: arrays side by side, along the second axis (the first for vectors)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_arrays, telling_shapes


class TensorHstack(ArrayOperator):
    """Stack arrays side by side, along the second axis (the first for vectors).

    It takes several columns, or one that holds a list of arrays.

    Raises:
        DataError: if their shapes do not fit, or one is no array of numbers.

    Example:
        >>> TensorHstack()(np.array([1, 2]), np.array([3, 4])).tolist()
        [1, 2, 3, 4]
    """

    def __call__(self, *arrays: Any) -> npt.NDArray[Any]:
        parts = as_arrays(arrays)
        with telling_shapes("stack side by side", parts):
            stacked: npt.NDArray[Any] = np.hstack(parts)
        return stacked
