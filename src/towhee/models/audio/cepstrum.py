"""Mel-frequency cepstral coefficients: the outline of a spectrum in a few numbers."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from towhee.models.audio.spectrum import Samples, Spectrum, magnitudes, mel_filters

_FRAME_SECONDS, _HOP_SECONDS = 0.025, 0.010
_BANDS = 40
_QUIETEST = 1e-10
_RANGE_DECIBELS = 80


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
    frame, hop = int(_FRAME_SECONDS * sample_rate), int(_HOP_SECONDS * sample_rate)
    bins = 1 << (frame - 1).bit_length()
    spectrum = magnitudes(samples, frame=frame, hop=hop, bins=bins, centred=True)
    filters = mel_filters(
        _BANDS,
        bins=bins,
        sample_rate=sample_rate,
        lowest=0,
        highest=sample_rate / 2,
        scale="slaney",
    )
    decibels = 10 * np.log10(np.maximum(spectrum**2 @ filters, _QUIETEST))
    decibels = np.maximum(decibels, decibels.max(initial=-np.inf) - _RANGE_DECIBELS)
    found: npt.NDArray[np.float64] = decibels @ _cosines(coefficients).T
    if lifter:
        found *= 1 + lifter / 2 * np.sin(np.pi * np.arange(1, 1 + coefficients) / lifter)
    return found


@cache
def _cosines(coefficients: int) -> Spectrum:
    """The first rows of the orthonormal cosine transform (of the second kind) of the bands."""
    orders = np.arange(coefficients)[:, None]
    rows: Spectrum = np.cos(np.pi / _BANDS * orders * (np.arange(_BANDS) + 0.5))
    rows *= np.sqrt(2 / _BANDS)
    rows[0] /= np.sqrt(2)
    return rows
