"""``tensor_normalize``: an array divided by its lengths along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_array, checked_axis, telling_shapes


class TensorNormalize(ArrayOperator):
    """Divide an array by its Euclidean lengths along an axis.

    Of a vector, ``vector_normalize`` makes the same in float32; this keeps the array's floats.

    Args:
        axis: along which lengths become 1; a matrix has a length for each column along axis 0.

    Raises:
        DataError: if the array has no such axis, is not finite, or has a length of 0.

    Example:
        >>> TensorNormalize()(np.array([3, 4])).tolist()
        [0.6, 0.8]
    """

    def __init__(self, axis: int = 0) -> None:
        self._axis = checked_axis(axis)

    def __call__(self, value: npt.ArrayLike) -> npt.NDArray[Any]:
        whole = as_array(value)
        if not np.isfinite(whole).all():
            raise DataError(f"an array of shape {whole.shape} holds NaN or infinity")
        if whole.dtype.kind not in "fc":
            whole = whole.astype(np.float64)
        with telling_shapes(f"normalise along axis {self._axis}", [whole]):
            if not whole.ndim:
                raise ValueError("a number has no axis")
            largest = np.abs(whole).max(axis=self._axis, keepdims=True)
        if not np.all(largest):
            raise DataError(
                f"an array of shape {whole.shape} has zeros alone along axis {self._axis}, "
                "so there is no length to divide by; leave such rows out"
            )
        # Divided by the largest number first, no square is too large or too small.
        scaled = whole / largest
        normalized: npt.NDArray[Any] = scaled / np.linalg.norm(
            scaled, axis=self._axis, keepdims=True
        )
        return normalized
