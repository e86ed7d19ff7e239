"""What the operators on vectors accept, and how they bring one to a length."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import short

Norm = Literal["L2", "L1", "max"]


def as_vector(value: object) -> npt.NDArray[Any]:
    """The value as a vector of finite real numbers, of the dtype that it has.

    Raises:
        DataError: if it is none.
    """
    try:
        vector = np.asarray(value)
    except (TypeError, ValueError) as mismatch:  # a list of lists of different lengths
        raise DataError(f"{short(value)} is no vector: {mismatch}") from mismatch
    if vector.dtype.kind not in "fiu":
        raise DataError(f"a vector is an array of numbers, not {short(value)}")
    if vector.ndim != 1 or not vector.size:
        raise DataError(
            f"a vector has the shape (d,) with d of at least 1, not {vector.shape}; "
            "tensor_reshape(shape=(-1,)) makes one row of an array"
        )
    if not np.isfinite(vector).all():
        place = int(np.flatnonzero(~np.isfinite(vector))[0])
        raise DataError(f"number {place} of the vector is {vector[place]}: it has to be finite")
    return vector


def as_floats(value: object) -> npt.NDArray[np.float64]:
    """The value as a vector in float64, in which operators compute."""
    return as_vector(value).astype(np.float64)


# Any: what is no vector among them is refused.
def as_matrix(vectors: Iterable[Any]) -> npt.NDArray[np.float64]:
    """Vectors of one dimension as ``(n, d)``.

    Raises:
        DataError: if one is none, or they differ in dimension.
    """
    rows = [as_floats(vector) for vector in vectors]
    sizes = {row.size for row in rows}
    if len(sizes) > 1:
        raise DataError(
            f"vectors of {min(sizes)} and of {max(sizes)} numbers have no common components; "
            "they have to come from the same model"
        )
    return np.array(rows).reshape(len(rows), max(sizes, default=0))


def to_float32(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The vector in float32.

    Raises:
        DataError: if a number of it is too large for that.
    """
    largest = np.abs(vector).max()
    if largest > np.finfo(np.float32).max:
        raise DataError(f"the vector holds {largest:g}, which is too large for float32")
    return vector.astype(np.float32)


def checked_norm(norm: str) -> Norm:
    """The name of a norm.

    Raises:
        UsageError: if it is none.
    """
    for known in get_args(Norm):
        if norm == known:
            return known  # type: ignore[no-any-return]  # an argument of Norm
    raise UsageError(f"norm is one of {', '.join(get_args(Norm))}, not {norm!r}")


def of_unit_norm(vector: npt.NDArray[np.float64], norm: Norm = "L2") -> npt.NDArray[np.float32]:
    """The vector divided by its norm, in float32.

    The largest number is divided out first, so that no square is too large or too small.

    Raises:
        DataError: if all its numbers are 0.
    """
    largest = np.abs(vector).max()
    if largest == 0:
        raise DataError(
            "a vector of zeros has no direction, so it cannot be normalised; leave such rows out"
        )
    scaled = vector / largest
    if norm == "L2":
        scaled = scaled / np.sqrt(scaled @ scaled)
    elif norm == "L1":
        scaled = scaled / np.abs(scaled).sum()
    unit: npt.NDArray[np.float32] = scaled.astype(np.float32)
    return unit


def checked_dimension(dimension: object) -> int:
    """A number of dimensions.

    Raises:
        UsageError: if it is no whole number of at least 1.
    """
    is_whole = isinstance(dimension, (int, np.integer)) and not isinstance(dimension, bool)
    if not is_whole or dimension < 1:  # type: ignore[operator]  # a whole number
        raise UsageError(f"dimension is a whole number of at least 1, not {dimension!r}")
    return int(dimension)  # type: ignore[call-overload,no-any-return]  # a whole number
