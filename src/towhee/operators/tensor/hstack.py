"""``tensor_hstack``: arrays side by side, along the second axis (the first for vectors)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


class TensorHstack:
    """Stack arrays side by side, along the second axis (the first for vectors).

    It takes several columns, or one that holds a list of arrays.

    Example:
        >>> TensorHstack()(np.array([1, 2]), np.array([3, 4])).tolist()
        [1, 2, 3, 4]
    """

    def __call__(self, *arrays: Any) -> npt.NDArray[Any]:
        parts: Sequence[Any] = arrays[0] if len(arrays) == 1 else arrays
        stacked: npt.NDArray[Any] = np.hstack(parts)
        return stacked
