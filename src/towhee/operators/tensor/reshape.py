"""``tensor_reshape``: the same numbers in another shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


class TensorReshape:
    """Give an array another shape with as many elements.

    Args:
        shape: the new shape; one of its sizes may be -1.

    Example:
        >>> TensorReshape(shape=(2, -1))(np.arange(4)).tolist()
        [[0, 1], [2, 3]]
    """

    def __init__(self, shape: Sequence[int]) -> None:
        self._shape = tuple(shape)

    def __call__(self, array: npt.ArrayLike) -> npt.NDArray[Any]:
        return np.asarray(array).reshape(self._shape)
