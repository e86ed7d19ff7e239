"""The measures of nearness, and what they ask of vectors."""

from __future__ import annotations

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
    vectors = np.ascontiguousarray(values, dtype=np.float32)
    if vectors.ndim != 2:
        raise UsageError(f"{what} are vectors (n, d), not an array of shape {vectors.shape}")
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        raise DataError(f"{what}, row {int(np.argmin(finite))}: the vector holds NaN or infinity")
    return vectors


def lengths_of(vectors: Vectors) -> npt.NDArray[np.float64]:
    """The lengths of the vectors, ``(n,) float64``: squares in float32 over- and underflow."""
    squares: npt.NDArray[np.float64] = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    return np.sqrt(squares)


def unit_length(vectors: Vectors, what: str) -> Vectors:
    """The vectors divided by their lengths, for cosine; a zero vector has no direction."""
    lengths = lengths_of(vectors)[:, None]
    if not lengths.all():
        raise DataError(
            f"{what}, row {int(np.argmin(lengths))}: a zero vector has no direction, so it has no "
            'cosine to any other; use cal="L2" or leave it out'
        )
    scaled: Vectors = (vectors / lengths).astype(np.float32)
    return scaled
