"""What the operators on arrays accept, and how their refusals are told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import short


def as_array(value: object) -> npt.NDArray[Any]:
    """The value as an array of numbers.

    Raises:
        DataError: if it is none, such as lists of different lengths.
    """
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as mismatch:
        raise DataError(f"{short(value)} is no array: its rows differ in length") from mismatch
    if array.dtype.kind not in "fiucb":
        raise DataError(f"an array of numbers is needed, not {short(value)}")
    return array


def as_arrays(values: Sequence[object]) -> list[npt.NDArray[Any]]:
    """Several columns, or the list that a single one holds, as arrays.

    Raises:
        DataError: if there is none, or one is no array of numbers.
    """
    parts = values
    if len(values) == 1:
        only = values[0]
        is_list = isinstance(only, (list, tuple)) or (isinstance(only, np.ndarray) and only.ndim)
        if not is_list:
            raise DataError(f"several columns, or a list of arrays, are needed, not {short(only)}")
        parts = list(only)  # type: ignore[call-overload]  # a list, a tuple or an array
    if not parts:
        raise DataError("there is no array to put together: the list is empty")
    return [as_array(part) for part in parts]


def checked_axis(axis: object) -> int:
    """The number of an axis.

    Raises:
        UsageError: if it is no whole number.
    """
    if not isinstance(axis, int) or isinstance(axis, bool):
        raise UsageError(f"axis is a whole number, not {axis!r}")
    return axis


@contextlib.contextmanager
def telling_shapes(work: str, arrays: Sequence[npt.NDArray[Any]]) -> Iterator[None]:
    """Say which shapes could not be put together, where NumPy refuses them."""
    try:
        yield
    # An AxisError is a ValueError; an axis of 30 digits, or of what has none, is told otherwise.
    except (ValueError, IndexError, OverflowError) as refusal:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise DataError(f"cannot {work} arrays of shape {shapes}: {refusal}") from refusal
