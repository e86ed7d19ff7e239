"""The outline of a sound's spectrum as a picture, which a small network looks at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from towhee.models.audio.cepstrum import (
    BANDS,
    RANGE_DECIBELS,
    band_decibels,
    band_filters,
    cosines,
    power_spectrum,
)
from towhee.models.audio.spectrum import Samples, Spectrum

Outline = npt.NDArray[np.float32]

WINDOW = 96
"""Frames that the network looks at at once, a little under a second."""

SILENCE = -1.0


def outline(bands: Spectrum, coefficients: int) -> Outline:
    """The loudness of bands over time, smoothed as cepstral coefficients smooth it.

    It is what ``mfcc`` computes, turned back into bands: fewer coefficients show less of the
    pitch of a voice, and more of what is said.

    Args:
        bands: the power of each band in each frame, ``(frames, 40)``.
        coefficients: of the cosine transform, 2 to 40.

    Returns:
        ``(frames, 40) float32``: 1 is the loudest of the sound, and -1 is 80 dB below.
    """
    decibels = band_decibels(bands)
    decibels -= decibels.max(initial=-np.inf)
    rows = cosines(coefficients)
    smooth = decibels @ rows.T @ rows
    found: Outline = (1 + 2 / RANGE_DECIBELS * smooth).astype(np.float32)
    return found


def sound_outline(samples: Samples, sample_rate: int, coefficients: int) -> Outline:
    """The outline of a sound, ``(frames, 40) float32``, a frame every 10 ms."""
    return outline(power_spectrum(samples, sample_rate) @ band_filters(sample_rate), coefficients)


def outline_windows(picture: Outline) -> Outline:
    """Parts of the length that the network takes, ``(n, 96, 40) float32``.

    What is shorter stands in the middle of silence; of what is longer, the last part overlaps the
    one before where it must.
    """
    if len(picture) <= WINDOW:
        return placed(picture, (WINDOW - len(picture)) // 2)[None]
    starts = [*range(0, len(picture) - WINDOW, WINDOW), len(picture) - WINDOW]
    return np.stack([picture[start : start + WINDOW] for start in starts])


def placed(picture: Outline, start: int) -> Outline:
    """A short outline in silence of the network's length, ``(96, 40) float32``."""
    window = np.full((WINDOW, BANDS), SILENCE, np.float32)
    window[start : start + len(picture)] = picture
    return window
