"""``tensor_vstack``: arrays on top of each other, along the first axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_arrays, telling_shapes


class TensorVstack(ArrayOperator):
    """Stack arrays on top of each other, along the first axis.

    It takes several columns, or one that holds a list of arrays.

    Raises:
        DataError: if their shapes do not fit, or one is no array of numbers.

    Example:
        >>> TensorVstack()(np.array([1, 2]), np.array([3, 4])).tolist()
        [[1, 2], [3, 4]]
    """

    def __call__(self, *arrays: Any) -> npt.NDArray[Any]:
        parts = as_arrays(arrays)
        with telling_shapes("stack on top of each other", parts):
            stacked: npt.NDArray[Any] = np.vstack(parts)
        return stacked
