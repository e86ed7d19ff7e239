"""What an operator on sound accepts as a sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.operators.audio_decode.frames import joined
from towhee.operators.audio_decode.resampling import resampled
from towhee.operators.base import short
from towhee.types import AudioFrame

_MOST_CHANNELS = 64  # more than any recording has: the samples stand where channels should
_ACCEPTED = (
    "an AudioFrame, a list of them, or (array, sample_rate); put audio_decode.ffmpeg in front to "
    "read paths, addresses or bytes"
)

Samples = npt.NDArray[np.float32]


def as_sound(value: object, sample_rate: int) -> Samples:
    """The value as one channel at a model's rate, ``(n,) float32``.

    Channels are averaged. Another rate is brought to the model's as FFmpeg does it, so that a
    recording has the same vector as if it had been decoded at that rate.

    Args:
        value: an ``AudioFrame``; a list of successive ones, which are joined; or
            ``(array, sample_rate)``, where the array is ``(n,)`` or ``(channels, n)``, of floats
            between -1 and 1 or of signed whole numbers, whose range is taken for that.
        sample_rate: that the model takes.

    Raises:
        DataError: for anything else, for a sound without samples, and for one with NaN or
            infinite ones.
        MissingExtraError: if it has to be resampled, and PyAV is not installed.
    """
    samples, rate = _samples_and_rate(value)
    if not samples.size:
        raise DataError(f"{short(value)} is a sound without samples; check how it was made")
    if not np.isfinite(samples).all():
        raise DataError(f"{short(value)} holds samples that are NaN or infinite; check its source")
    mono = samples if samples.ndim == 1 else samples.mean(axis=0, dtype=np.float32)
    return resampled(np.ascontiguousarray(mono), rate, sample_rate)


def _samples_and_rate(value: object) -> tuple[Samples, int]:
    if isinstance(value, AudioFrame):
        return np.asarray(value), _checked_rate(value.sample_rate, value)
    if isinstance(value, (list, tuple)) and value:
        if all(isinstance(part, AudioFrame) for part in value):
            return _samples_and_rate(joined(value))
        if len(value) == 2 and isinstance(value[0], np.ndarray):
            return _of_array(value[0]), _checked_rate(value[1], value)
    raise DataError(f"{short(value)} is not a sound: pass {_ACCEPTED}")


def _checked_rate(rate: object, value: object) -> int:
    if isinstance(rate, (int, np.integer)) and not isinstance(rate, bool) and rate > 0:
        return int(rate)
    raise DataError(
        f"the sample rate of {short(value)} is {short(rate)}; it is a whole number of hertz above 0"
    )


def _of_array(array: npt.NDArray[Any]) -> Samples:
    if array.ndim not in (1, 2) or array.dtype.kind not in "fi":
        raise DataError(
            f"an array {array.shape} {array.dtype} is no sound; pass (samples,) or "
            "(channels, samples) of floats between -1 and 1, or of signed whole numbers"
        )
    if array.ndim == 2 and array.shape[0] > _MOST_CHANNELS:
        raise DataError(
            f"an array {array.shape} would have {array.shape[0]} channels; if the samples stand "
            "first, pass array.T"
        )
    if array.dtype.kind == "i":
        return (array / -float(np.iinfo(array.dtype).min)).astype(np.float32)
    return array.astype(np.float32, copy=False)


def windows(samples: Samples, length: int, step: int) -> Sequence[Samples]:
    """Successive parts of ``length`` samples; the last one overlaps that before it where it must.

    What is not longer than one is the only part.

    Example:
        >>> [part.tolist() for part in windows(np.arange(5, dtype=np.float32), 2, 2)]
        [[0.0, 1.0], [2.0, 3.0], [3.0, 4.0]]
    """
    if len(samples) <= length:
        return [samples]
    starts = [*range(0, len(samples) - length, step), len(samples) - length]
    return [samples[start : start + length] for start in starts]
