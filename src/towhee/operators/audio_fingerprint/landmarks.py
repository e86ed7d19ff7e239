"""``audio_fingerprint.landmarks``: by what a recording is known again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.operators.audio_embedding.sound import as_sound
from towhee.operators.audio_fingerprint.peaks import HOP, SAMPLE_RATE, Peaks, spectral_peaks
from towhee.operators.base import Operator
from towhee.types import AudioFingerprint

_PARTNERS = 8  # of each peak, the next ones in time
_FURTHEST_STEPS = 63  # two seconds
_FURTHEST_BINS = 127  # a kilohertz, about
_BITS_OF_STEPS, _BITS_OF_BINS = 6, 10


class AudioFingerprintLandmarks(Operator[Any, AudioFingerprint]):
    """The landmarks of a recording, by which any part of it is found again.

    Peaks of the spectrogram are paired with those that follow within two seconds; a pair's two
    frequencies and the time between are its hash. Enough of them survive compression, noise and a
    telephone line. They are no use for what sounds alike but is another recording: a live version,
    a cover, another speed.

    A value is an ``AudioFrame``, a list of them, or ``(array, sample_rate)``, of any rate and
    number of channels.

    Raises:
        DataError: for what is no sound.

    Example:
        >>> sweep = np.sin(np.linspace(0, 300, 8000) ** 2, dtype=np.float32)
        >>> fingerprint = AudioFingerprintLandmarks()((sweep, 8000))
        >>> fingerprint.duration, len(fingerprint) > 0
        (1.0, True)

    Source: Wang, 2003, https://www.ee.columbia.edu/~dpwe/papers/Wang03-shazam.pdf
    """

    placement = "threads"

    # Any: the kinds of value have no common type.
    def batch(self, values: Sequence[Any]) -> list[AudioFingerprint]:
        """One fingerprint for each value, in order."""
        return [self._fingerprint(value) for value in values]

    def _fingerprint(self, value: Any) -> AudioFingerprint:
        samples = as_sound(value, SAMPLE_RATE)
        hashes, times = _landmarks(spectral_peaks(samples))
        return AudioFingerprint(hashes, times, HOP / SAMPLE_RATE, len(samples) / SAMPLE_RATE)


def _landmarks(peaks: Peaks) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]:
    """The hashes of pairs of peaks, and when their first one sounds."""
    count = len(peaks.steps)
    firsts, seconds = [], []
    partners = np.zeros(count, np.int64)
    for ahead in range(1, count):
        first = np.arange(count - ahead)
        apart = peaks.steps[ahead:] - peaks.steps[:-ahead]
        if apart.min() > _FURTHEST_STEPS:
            break
        is_near = (apart > 0) & (apart <= _FURTHEST_STEPS)
        is_near &= np.abs(peaks.bins[ahead:] - peaks.bins[:-ahead]) <= _FURTHEST_BINS
        chosen = first[is_near & (partners[:-ahead] < _PARTNERS)]
        partners[chosen] += 1
        firsts.append(chosen)
        seconds.append(chosen + ahead)
    if not firsts:
        return np.empty(0, np.uint32), np.empty(0, np.int32)
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    apart = peaks.steps[second] - peaks.steps[first]
    bins = (peaks.bins[first] << _BITS_OF_BINS) | peaks.bins[second]
    return (
        ((bins << _BITS_OF_STEPS) | apart).astype(np.uint32),
        peaks.steps[first].astype(np.int32),
    )
