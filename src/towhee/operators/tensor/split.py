"""``tensor_split``: an array as several that keep all its axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.operators.tensor.array_operator import ArrayOperator
from towhee.operators.tensor.arrays import as_array, checked_axis, telling_shapes


class TensorSplit(ArrayOperator):
    """Cut an array into several along an axis, which the parts keep.

    Args:
        axis: which one.
        sections: into how many equal parts, or the places at which to cut; if not given, each
            place on the axis becomes a part.

    Raises:
        UsageError: if the sections are neither.
        DataError: if the array has no such axis, or cannot be divided equally.

    Example:
        >>> [part.tolist() for part in TensorSplit(sections=[1])(np.array([1, 2, 3]))]
        [[1], [2, 3]]
    """

    def __init__(self, axis: int = 0, *, sections: int | Sequence[int] | None = None) -> None:
        self._axis = checked_axis(axis)
        self._sections = None if sections is None else _checked_sections(sections)

    def __call__(self, value: npt.ArrayLike) -> list[npt.NDArray[Any]]:
        whole = as_array(value)
        with telling_shapes(f"split along axis {self._axis}", [whole]):
            sections = self._sections
            if sections is None:
                sections = list(range(1, np.moveaxis(whole, self._axis, 0).shape[0]))
            parts = np.split(whole, sections, axis=self._axis)
        return [part.copy() for part in parts]


def _checked_sections(sections: int | Sequence[int]) -> int | list[int]:
    if isinstance(sections, int) and not isinstance(sections, bool) and sections >= 1:
        return sections
    if isinstance(sections, (list, tuple)) and all(isinstance(cut, int) for cut in sections):
        return list(sections)
    raise UsageError(
        f"sections is a number of parts, 1 or more, or a list of places to cut, not {sections!r}"
    )
