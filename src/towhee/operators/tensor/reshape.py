"""``tensor_reshape``: the same numbers in another shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.operators.base import short
from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_array, telling_shapes


class TensorReshape(ArrayOperator):
    """Give an array another shape with as many elements.

    Args:
        shape: the new shape; one of its sizes may be -1.

    Raises:
        UsageError: if the shape is none.
        DataError: if an array has more elements, or fewer.

    Example:
        >>> TensorReshape(shape=(2, -1))(np.arange(4)).tolist()
        [[0, 1], [2, 3]]
    """

    def __init__(self, shape: Sequence[int]) -> None:
        is_shape = not isinstance(shape, (str, bytes)) and isinstance(shape, (Sequence, np.ndarray))
        if not is_shape or not all(isinstance(size, (int, np.integer)) for size in shape):
            raise UsageError(
                f"shape is a list of whole numbers, such as (2, -1), not {short(shape)}"
            )
        self._shape = tuple(shape)

    def __call__(self, value: npt.ArrayLike) -> npt.NDArray[Any]:
        array = as_array(value)
        with telling_shapes(f"make {self._shape} of", [array]):
            return array.reshape(self._shape)
