"""Mel-frequency cepstral coefficients: the outline of a spectrum in a few numbers."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from towhee.models.audio.spectrum import Samples, Spectrum, magnitudes, mel_filters

_FRAME_SECONDS, _HOP_SECONDS = 0.025, 0.010
BANDS = 40
_QUIETEST = 1e-10
RANGE_DECIBELS = 80


def mfcc(
    samples: Samples, sample_rate: int, coefficients: int, *, lifter: int = 0
) -> npt.NDArray[np.float64]:
    """The coefficients of successive frames of 25 ms, one every 10 ms, as librosa defines them.

    Hann windows in the middle of a Fourier transform of the next power of two, 40 bands of
    Slaney's mel scale, decibels down to 80 below the loudest, and an orthonormal cosine transform:
    ``librosa.feature.mfcc`` with ``n_mels=40``, ``win_length=sample_rate // 40``,
    ``hop_length=sample_rate // 100``.

    Args:
        samples: ``(n,) float32``.
        sample_rate: samples a second.
        coefficients: how many, up to 40; the first says how loud it is.
        lifter: how much the higher ones count, 0 to leave them as they are.

    Returns:
        ``(frames, coefficients) float64``.

    Source: Davis and Mermelstein, 1980, https://doi.org/10.1109/TASSP.1980.1163420
    """
    decibels = band_decibels(power_spectrum(samples, sample_rate) @ band_filters(sample_rate))
    found: npt.NDArray[np.float64] = decibels @ cosines(coefficients).T
    if lifter:
        found *= 1 + lifter / 2 * np.sin(np.pi * np.arange(1, 1 + coefficients) / lifter)
    return found


def power_spectrum(samples: Samples, sample_rate: int) -> Spectrum:
    """The power of each frequency in the frames of ``mfcc``, ``(frames, bins) float64``."""
    frame, hop = int(_FRAME_SECONDS * sample_rate), int(_HOP_SECONDS * sample_rate)
    spectrum = magnitudes(samples, frame=frame, hop=hop, bins=_bins(sample_rate), centred=True)
    return spectrum**2


def band_filters(sample_rate: int) -> Spectrum:
    """What sums up the frequencies of a power spectrum to bands, ``(bins, 40) float64``."""
    return mel_filters(
        BANDS,
        bins=_bins(sample_rate),
        sample_rate=sample_rate,
        lowest=0,
        highest=sample_rate / 2,
        scale="slaney",
    )


def band_decibels(bands: Spectrum) -> Spectrum:
    """The power of bands in decibels, down to 80 below the loudest of all."""
    decibels = 10 * np.log10(np.maximum(bands, _QUIETEST))
    found: Spectrum = np.maximum(decibels, decibels.max(initial=-np.inf) - RANGE_DECIBELS)
    return found


def _bins(sample_rate: int) -> int:
    frame = int(_FRAME_SECONDS * sample_rate)
    return 1 << (frame - 1).bit_length()


@cache
def cosines(coefficients: int) -> Spectrum:
    """The first rows of the orthonormal cosine transform (of the second kind) of the bands."""
    orders = np.arange(coefficients)[:, None]
    rows: Spectrum = np.cos(np.pi / BANDS * orders * (np.arange(BANDS) + 0.5))
    rows *= np.sqrt(2 / BANDS)
    rows[0] /= np.sqrt(2)
    return rows
