"""Some successive samples of sound."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError


class AudioFrame(np.ndarray[Any, np.dtype[np.float32]]):
    """Samples ``(channels, n) float32`` between -1 and 1, and when they sound.

    It is an ndarray, so everything that takes one takes it.

    Args:
        samples: the array; it is viewed, not copied.
        sample_rate: samples a second.
        timestamp: when the first sample sounds, in seconds from the beginning.

    Raises:
        UsageError: if the array is not ``(channels, n) float32``.

    Example:
        >>> frame = AudioFrame(np.zeros((1, 8000), np.float32), 8000, 1.5)
        >>> frame.duration, frame.timestamp
        (1.0, 1.5)
    """

    sample_rate: int
    timestamp: float

    def __new__(
        cls, samples: npt.ArrayLike, sample_rate: int, timestamp: float = 0.0
    ) -> AudioFrame:
        array = np.asarray(samples)
        if array.ndim != 2 or array.dtype != np.float32:
            raise UsageError(
                f"audio is (channels, samples) float32, not {array.shape} {array.dtype}"
            )
        frame = array.view(cls)
        frame.sample_rate = sample_rate
        frame.timestamp = timestamp
        return frame

    def __array_finalize__(self, source: object) -> None:
        self.sample_rate = getattr(source, "sample_rate", 0)
        self.timestamp = getattr(source, "timestamp", 0.0)

    def __reduce__(self) -> tuple[Any, ...]:
        return (AudioFrame, (np.asarray(self), self.sample_rate, self.timestamp))

    @property
    def duration(self) -> float:
        """How long it sounds, in seconds."""
        return float(self.shape[-1] / self.sample_rate)
