"""The loudest points of a spectrogram, which survive noise and compression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from towhee.models.audio.spectrum import Samples, Spectrum, magnitudes

SAMPLE_RATE = 8000
FRAME, HOP = 1024, 256
_STEPS_AROUND, _BINS_AROUND = 5, 12  # within which a peak is the loudest
_PEAKS_A_SECOND = 30
_QUIETEST_DECIBELS = -70  # below the loudest point of the recording
_LOWEST_BIN = 4  # 31 Hz, below which there is hum


@dataclass(frozen=True, slots=True)
class Peaks:
    """Peaks in the order of time.

    Attributes:
        steps: ``(n,) int64``, when they sound, in frames.
        bins: ``(n,) int64``, their frequencies, in bins of the Fourier transform.
    """

    steps: npt.NDArray[np.int64]
    bins: npt.NDArray[np.int64]


def spectral_peaks(samples: Samples) -> Peaks:
    """The points of the spectrogram that are the loudest around, at most 30 a second.

    Args:
        samples: ``(n,) float32`` at 8 kHz.
    """
    spectrum = magnitudes(samples, frame=FRAME, hop=HOP, bins=FRAME, centred=True)
    spectrum[:, :_LOWEST_BIN] = 0
    loudest = spectrum.max(initial=0.0)
    if not loudest:
        return Peaks(np.empty(0, np.int64), np.empty(0, np.int64))
    highest = _loudest_around(_loudest_around(spectrum, _STEPS_AROUND, 0), _BINS_AROUND, 1)
    threshold = loudest * 10 ** (_QUIETEST_DECIBELS / 20)
    steps, bins = np.nonzero((spectrum == highest) & (spectrum > threshold))
    kept = _strongest(steps, spectrum[steps, bins])
    return Peaks(steps[kept], bins[kept])


def _loudest_around(spectrum: Spectrum, around: int, axis: int) -> Spectrum:
    """The maximum of each point's neighbours along an axis, found by doubling what is seen."""
    found = spectrum
    seen = 1  # each point knows the maximum of so many points from itself on
    width = 2 * around + 1
    padding = [(0, 0), (0, 0)]
    padding[axis] = (around, around)
    found = np.pad(found, padding)
    while seen < width:
        shift = min(seen, width - seen)
        ahead = np.take(found, range(shift, found.shape[axis]), axis)
        found = np.maximum(np.take(found, range(found.shape[axis] - shift), axis), ahead)
        seen += shift
    return found


def _strongest(
    steps: npt.NDArray[np.int64], strengths: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """The places of the loudest peaks of each second, in order."""
    seconds = steps * HOP // SAMPLE_RATE
    order = np.lexsort((-strengths, seconds))
    of_second = seconds[order]
    rank = np.arange(len(order)) - np.searchsorted(of_second, of_second)
    kept: npt.NDArray[np.int64] = np.sort(order[rank < _PEAKS_A_SECOND])
    return kept
