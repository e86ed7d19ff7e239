"""Columns of numbers and vectors as the matrix that an estimator learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.operators.base import short


# Any: a column holds numbers or vectors, and whatever else a user put there.
def as_matrix(columns: Sequence[Sequence[Any]]) -> npt.NDArray[np.float64]:
    """One row for each place: the numbers and vectors of all columns, side by side.

    Raises:
        DataError: if something is neither a number nor a vector, is not finite, or if the vectors
            of a column differ in length.
    """
    return np.hstack([_block(column) for column in columns])


def holds_numbers(column: Sequence[Any]) -> bool:
    """Whether its values are bare numbers, and not vectors."""
    return np.ndim(column[0]) == 0


def _block(column: Sequence[Any]) -> npt.NDArray[np.float64]:
    """The rows of one column: ``(n, 1)`` of numbers, ``(n, d)`` of vectors."""
    try:
        block = np.asarray(column)
    except (TypeError, ValueError):  # vectors of different lengths
        block = np.empty(0, object)
    if block.dtype.kind not in "fiub" or block.ndim not in (1, 2) or not block.size:
        raise _culprit(column)
    rows: npt.NDArray[np.float64] = block.reshape(len(column), -1).astype(np.float64)
    if not np.isfinite(rows).all():
        place = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise DataError(
            f"{_at(place, column)}{short(column[place])} is not finite; leave such rows out, or "
            "fill them"
        )
    return rows


def _culprit(column: Sequence[Any]) -> DataError:
    """The error for the first value that is no number or vector, or is of another length."""
    sizes: dict[int, int] = {}
    for place, value in enumerate(column):
        try:
            array = np.asarray(value)
        except (TypeError, ValueError):
            array = np.empty(0, object)
        if array.dtype.kind not in "fiub" or array.ndim > 1 or not array.size:
            return DataError(
                f"{_at(place, column)}{short(value)} is neither a number nor a vector (d,); turn "
                "it into one first, as with cate_one_hot_encoder or runas_op"
            )
        sizes.setdefault(array.size, place)
    least, most = min(sizes), max(sizes)
    return DataError(
        f"row {sizes[least]} has {least} numbers and row {sizes[most]} has {most}; in one column "
        "all have equally many"
    )


def _at(place: int, column: Sequence[Any]) -> str:
    """Which row it is; of one alone, the engine tells better."""
    return f"row {place}: " if len(column) > 1 else ""
