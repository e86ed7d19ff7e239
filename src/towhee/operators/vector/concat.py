"""``vector_concat``: several vectors as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import Operator, short
from towhee.operators.vector.vectors import as_floats, of_unit_norm, to_float32


class VectorConcat(Operator[Any, npt.NDArray[np.float32]]):
    """Make one vector of several, so that one search looks at all of them.

    It takes several columns, or one that holds lists of vectors.

    Args:
        weights: a factor for each vector, 0 or more; all 1 if not given. Of vectors of unit
            length, each then counts in the dot product with the square of its factor.
        normalize: whether the result is brought to unit length.

    Returns:
        ``(d,)`` float32 for each row; ``d`` is the sum of the parts' dimensions.

    Raises:
        UsageError: if a weight is no number, or all are 0.
        DataError: for what is no vector, and if there are not as many vectors as weights.

    Example:
        >>> VectorConcat(weights=[1, 2])([1.0, 0.0], [0.5]).tolist()
        [1.0, 0.0, 1.0]
    """

    def __init__(self, weights: Sequence[float] | None = None, *, normalize: bool = False) -> None:
        self._weights = None if weights is None else _checked_weights(weights)
        self._normalize = normalize

    # Any: a column holds vectors, or, if it is the only one, lists of them.
    def batch(self, values: Sequence[Any], *others: Any) -> list[npt.NDArray[np.float32]]:
        """The vectors of each row, one behind the other."""
        if not others:
            return [self._concat(_parts(value)) for value in values]
        return [self._concat(parts) for parts in zip(values, *others, strict=True)]

    def __call__(self, value: Any, *others: Any) -> npt.NDArray[np.float32]:
        """The vectors of one row, one behind the other."""
        return self.batch([value], *([other] for other in others))[0]

    def _concat(self, parts: Sequence[Any]) -> npt.NDArray[np.float32]:
        weights = self._weights or (1.0,) * len(parts)
        if len(weights) != len(parts):
            raise DataError(f"there are {len(weights)} weights for {len(parts)} vectors")
        scaled = [as_floats(part) * weight for part, weight in zip(parts, weights, strict=True)]
        whole = np.concatenate(scaled)
        return of_unit_norm(whole) if self._normalize else to_float32(whole)


def _parts(value: Any) -> Sequence[Any]:
    if isinstance(value, (list, tuple)) and value:
        return value
    if isinstance(value, np.ndarray) and value.ndim == 2 and len(value):
        return list(value)
    raise DataError(
        f"vector_concat takes several columns, or one with lists of vectors, not {short(value)}"
    )


def _checked_weights(weights: Sequence[float]) -> tuple[float, ...]:
    try:
        checked = tuple(map(float, weights))
    except (TypeError, ValueError):
        checked = ()
    if not any(checked) or not all(math.isfinite(weight) and weight >= 0 for weight in checked):
        raise UsageError(f"weights are numbers of 0 or more, not all 0, not {weights!r}")
    return checked
