"""What an embedding operator accepts as a time series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.operators.base import short

Floats = npt.NDArray[np.float64]

_ACCEPTED = (
    "a list or an array of numbers (n,), several channels as (channels, n), a pandas Series, or a "
    "DataFrame with a column for each channel"
)


def as_series(value: Any, *, at_least: int) -> Floats:
    """The value as ``(channels, n) float64``.

    Args:
        value: a list or an array of numbers ``(n,)``, several channels as ``(channels, n)``, a
            pandas Series, or a DataFrame with a column for each channel.
        at_least: how many steps it needs.

    Raises:
        DataError: for anything else, for too few steps, and for numbers that are missing or
            infinite.
    """
    has_columns = hasattr(value, "columns") and hasattr(value, "to_numpy")
    try:
        array = value.to_numpy() if has_columns else np.asarray(value)
    except ValueError as error:  # lists of different lengths
        raise DataError(f"{short(value)} is no time series ({error}); pass {_ACCEPTED}") from error
    if array.dtype.kind not in "iuf" and not _holds_numbers(array):
        raise DataError(f"{short(value)} is no time series; pass {_ACCEPTED}")
    try:
        series = np.array(array.T if has_columns else array, np.float64)
    except OverflowError as error:  # Python's whole numbers know no bounds
        raise DataError(f"{short(value)} holds a number that is too large ({error})") from error
    series = series[None] if series.ndim == 1 else series
    if series.ndim != 2:
        raise DataError(f"an array of shape {array.shape} is no time series; pass {_ACCEPTED}")
    channels, length = series.shape
    if length < at_least:
        hint = "; channels come first: pass array.T" if channels >= at_least else ""
        raise DataError(
            f"a time series of {length} steps is too short; the embedding needs at least "
            f"{at_least}{hint}"
        )
    if channels == 0:
        raise DataError(f"an array of shape {array.shape} has no channel; pass {_ACCEPTED}")
    if not np.isfinite(series).all():
        channel, step = np.argwhere(~np.isfinite(series))[0].tolist()
        raise DataError(
            f"the series is {series[channel, step]} at step {step}"
            f"{f' of channel {channel}' if channels > 1 else ''}; fill gaps before embedding, as "
            "pandas does with interpolate()"
        )
    return series


def z_normalized(series: Floats) -> Floats:
    """Each channel with mean 0 and standard deviation 1; one that is constant becomes 0.

    Example:
        >>> z_normalized(np.array([[1.0, 3.0], [5.0, 5.0]])).tolist()
        [[-1.0, 1.0], [0.0, 0.0]]
    """
    exponents = np.frexp(np.abs(series).max(axis=1, keepdims=True))[1]
    series = np.ldexp(series, -exponents)  # to 1 at most, so that no square is too large
    centred = series - series.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    is_flat = spread <= 1e-12  # what rounding leaves of a constant
    normalized: Floats = np.where(is_flat, 0.0, centred / np.where(is_flat, 1, spread))
    return normalized


def resampled(series: Floats, length: int) -> Floats:
    """The series drawn with straight lines, at so many moments from its first step to its last.

    Example:
        >>> resampled(np.array([[0.0, 2.0]]), 3).tolist()
        [[0.0, 1.0, 2.0]]
    """
    if series.shape[1] == length:
        return series
    moments = np.linspace(0, series.shape[1] - 1, length)
    steps = np.arange(series.shape[1])
    return np.stack([np.interp(moments, steps, channel) for channel in series])


def _holds_numbers(array: npt.NDArray[Any]) -> bool:
    """Whether an array of objects has numbers only, ``None`` among them, as pandas makes it."""
    return array.dtype == object and all(
        each is None or (isinstance(each, (int, float, np.number)) and not isinstance(each, bool))
        for each in array.ravel()
    )
