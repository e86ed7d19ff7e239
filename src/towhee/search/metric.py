"""The measures of nearness, and what they ask of vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UnknownNameError, UsageError

Metric = Literal["L2", "IP", "cosine"]
Vectors = npt.NDArray[np.float32]


def metric_named(name: str) -> Metric:
    """The metric of that name, whatever the case of its letters."""
    for metric in get_args(Metric):
        if isinstance(name, str) and metric.lower() == name.lower():
            chosen: Metric = metric
            return chosen
    raise UnknownNameError("metric", str(name), get_args(Metric), "(there are L2, IP and cosine)")


def as_vectors(values: Any, what: str) -> Vectors:
    """Vectors as ``(n, d) float32``, checked.

    Args:
        values: an array ``(n, d)``, or a sequence of ``n`` vectors of ``d`` numbers.
        what: what to call them in an error, ``"data"`` or ``"queries"``.

    Raises:
        UsageError: if they are not vectors of one length.
        DataError: if one of them holds NaN or infinity.
    """
    if not hasattr(values, "dtype"):
        rows = [np.asarray(value) for value in values]
        for place, row in enumerate(rows):
            if row.ndim != 1 or not np.issubdtype(row.dtype, np.number):
                raise UsageError(
                    f"{what}, row {place}: a vector of numbers is needed, not "
                    f"{type(values[place]).__name__} of shape {row.shape}"
                )
            if row.shape != rows[0].shape:
                raise UsageError(
                    f"{what}, row {place}: a vector of {row.size} numbers among vectors "
                    f"of {rows[0].size}"
                )
        values = np.stack(rows) if rows else np.empty((0, 0), np.float32)
    if np.iscomplexobj(values):
        raise UsageError(f"{what}: real numbers are needed, not {values.dtype}")
    vectors = np.ascontiguousarray(values, dtype=np.float32)
    if vectors.ndim != 2:
        raise UsageError(f"{what} are vectors (n, d), not an array of shape {vectors.shape}")
    for block in _blocks_of(vectors):
        finite = np.isfinite(vectors[block]).all(axis=1)
        if not finite.all():
            row = block.start + int(np.argmin(finite))
            raise DataError(f"{what}, row {row}: the vector holds NaN or infinity")
    return vectors


def row_blocks(rows: int, step: int) -> Iterator[slice]:
    """Slices of ``step`` rows, the last of what is left."""
    for start in range(0, rows, step):
        yield slice(start, min(rows, start + step))


def lengths_of(vectors: Vectors) -> npt.NDArray[np.float64]:
    """The lengths of the vectors, ``(n,) float64``: squares in float32 over- and underflow."""
    squares = np.empty(len(vectors))
    for block in _blocks_of(vectors):
        exact = vectors[block].astype(np.float64)
        np.einsum("ij,ij->i", exact, exact, out=squares[block])
    return np.sqrt(squares)


def unit_length(vectors: Vectors, what: str) -> Vectors:
    """The vectors divided by their lengths, for cosine; a zero vector has no direction."""
    lengths = lengths_of(vectors)[:, None]
    if not lengths.all():
        raise DataError(
            f"{what}, row {int(np.argmin(lengths))}: a zero vector has no direction, so it has no "
            "cosine to any other; use the metric L2 or leave it out"
        )
    scaled = np.empty_like(vectors)
    for block in _blocks_of(vectors):
        np.divide(vectors[block], lengths[block], out=scaled[block], casting="same_kind")
    return scaled


def _blocks_of(vectors: Vectors) -> Iterator[slice]:
    """Of a mebibyte each, so that what is computed of them stays in the cache."""
    return row_blocks(len(vectors), max(1, 2**18 // max(1, vectors.shape[1])))
