"""Labels as the measures take them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError

Labels = npt.NDArray[np.int64]


def as_labels(values: Any, what: str = "labels") -> Labels:
    """Whole numbers as ``(n,) int64``; a negative one stands for a sample without a label.

    Raises:
        UsageError: if they are no row of numbers.
        DataError: if one of them is no whole number.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise UsageError(f"{what} are a row of whole numbers, not an array of shape {array.shape}")
    if array.dtype.kind in "iub" or not len(array):
        return array.astype(np.int64)
    if array.dtype.kind != "f":
        raise UsageError(
            f"{what} are numbers of classes, not {array.dtype}; give each class a number from 0"
        )
    is_whole = np.isfinite(array) & (array == np.round(array))
    if not is_whole.all():
        row = int(np.argmin(is_whole))
        raise DataError(f"{what}, row {row}: {array[row]!r} is no whole number")
    return array.astype(np.int64)


def same_number(first: Any, second: Any, what: str) -> None:
    """Refuse two columns of unequal length.

    Raises:
        UsageError: if they are not as long.
    """
    if len(first) != len(second):
        raise UsageError(f"{what} differ in number: {len(first)} and {len(second)}")


def labelled(labels: Labels, what: str = "labels") -> npt.NDArray[np.bool_]:
    """Where there is a label, ``(n,) bool``.

    Raises:
        UsageError: if there is none at all.
    """
    is_labelled: npt.NDArray[np.bool_] = labels >= 0
    if not is_labelled.any():
        raise UsageError(f"none of {len(labels)} samples has a label ({what}); nothing to measure")
    return is_labelled
