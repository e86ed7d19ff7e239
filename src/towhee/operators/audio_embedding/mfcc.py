"""``audio_embedding.mfcc``: sound to vectors with no weights, from its spectrum's outline."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.audio.cepstrum import mfcc
from towhee.models.vectors import unit_length
from towhee.operators.audio_embedding.sound import as_sound
from towhee.operators.base import Operator

_MOST_COEFFICIENTS = 40
_MOST_PARTS = 100
_LIFTER = 22  # of HTK; without it the first few coefficients say all


class MfccAudioEmbedding(Operator[Any, npt.NDArray[np.float32]]):
    """Embed sounds by their mel-frequency cepstral coefficients; no weights, no torch.

    The sound is cut into ``parts`` of equal length. Of each, the vector holds the mean and the
    standard deviation over time of the coefficients (``towhee.models.audio.cepstrum.mfcc``).
    The first coefficient is left out, so that the loudness of a recording does not count.

    It tells words, voices and instruments apart when they are recorded alike; it knows nothing of
    what sounds mean.

    Args:
        coefficients: how many coefficients of a frame to take, 2 to 40.
        parts: how many parts of time are told apart; 1 for the timbre alone, in any order.
        sample_rate: to which sounds are resampled, so that all vectors can be compared.
        normalize: whether vectors have unit length, so that the inner product is the cosine.

    Raises:
        UsageError: for numbers that cannot be.
        DataError: for what is no sound.

    Example:
        >>> embed = MfccAudioEmbedding()
        >>> embed((np.sin(np.arange(16000) / 10, dtype=np.float32), 16000)).shape
        (114,)

    Source: Davis and Mermelstein, 1980, https://doi.org/10.1109/TASSP.1980.1163420
    """

    placement = "threads"

    def __init__(
        self,
        *,
        coefficients: int = 20,
        parts: int = 3,
        sample_rate: int = 16000,
        normalize: bool = True,
    ) -> None:
        _check("coefficients", coefficients, 2, _MOST_COEFFICIENTS)
        _check("parts", parts, 1, _MOST_PARTS)
        _check("sample_rate", sample_rate, 4000, 192_000)
        self._coefficients, self._parts = coefficients, parts
        self._sample_rate = sample_rate
        self._normalize = normalize

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        return 2 * self._parts * (self._coefficients - 1)

    # Any: the kinds of value have no common type.
    def batch(self, values: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(values):
            return np.empty((0, self.dimension), np.float32)
        vectors = np.stack([self._vector(value) for value in values])
        return unit_length(vectors) if self._normalize else vectors

    def _vector(self, value: Any) -> npt.NDArray[np.float32]:
        samples = as_sound(value, self._sample_rate)
        frames = mfcc(samples, self._sample_rate, self._coefficients, lifter=_LIFTER)[:, 1:]
        edges = np.linspace(0, len(frames), self._parts + 1).astype(int).tolist()
        statistics: list[npt.NDArray[np.float64]] = []
        for begin, end in pairwise(edges):
            part = frames[begin : max(end, begin + 1)]
            statistics += [part.mean(axis=0), part.std(axis=0)]
        return np.concatenate(statistics).astype(np.float32)


def _check(name: str, value: object, least: int, most: int) -> None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not least <= value <= most:  # type: ignore[operator]
        raise UsageError(f"{name} is a whole number of {least} to {most}, not {value!r}")
