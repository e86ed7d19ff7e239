"""Spectra of sound, in NumPy."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.float64]
MelScale = Literal["slaney", "htk"]

_FRAMES_AT_ONCE = 4096  # so that an hour of sound needs no gigabytes for its frames


def magnitudes(
    samples: Samples, *, frame: int, hop: int, bins: int, centred: bool = False
) -> Spectrum:
    """How strong each frequency is in successive frames.

    Args:
        samples: ``(n,) float32``.
        frame: samples of a frame, under a periodic Hann window; it stands in the middle of ``bins``
            where frames are centred, and at their beginning otherwise.
        hop: samples from one frame to the next.
        bins: samples of the Fourier transform, at least ``frame``.
        centred: whether frame number ``t`` has sample ``t * hop`` in its middle, with silence in
            front of the first sample and behind the last, or begins there.

    Returns:
        ``(frames, bins // 2 + 1) float64``; without frames if the sound is shorter than one.
    """
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / frame)
    if centred:
        samples = np.pad(samples, bins // 2)
        spare = bins - frame
        window = np.pad(window, (spare // 2, spare - spare // 2))
    if len(samples) < len(window):
        return np.empty((0, bins // 2 + 1))
    frames = np.lib.stride_tricks.sliding_window_view(samples, len(window))[::hop]
    parts = [
        np.abs(np.fft.rfft(frames[start : start + _FRAMES_AT_ONCE] * window, bins))
        for start in range(0, len(frames), _FRAMES_AT_ONCE)
    ]
    return np.concatenate(parts)


@cache
def mel_filters(
    bands: int, *, bins: int, sample_rate: int, lowest: float, highest: float, scale: MelScale
) -> Spectrum:
    """Triangles that sum up frequencies as the ear does.

    Args:
        bands: how many.
        bins: samples of the Fourier transform.
        sample_rate: samples a second.
        lowest: frequency, in hertz.
        highest: frequency, in hertz.
        scale: ``"slaney"``, linear up to 1 kHz, with triangles over hertz that have an area of one,
            as librosa has them; or ``"htk"``, with triangles over mel that have a height of one.

    Returns:
        ``(bins // 2 + 1, bands) float64``.
    """
    frequencies = np.arange(bins // 2 + 1, dtype=np.float64) * (sample_rate / bins)
    to_mel = _slaney if scale == "slaney" else _htk
    low, high = to_mel(np.array([lowest, highest], np.float64)).tolist()
    edges = np.linspace(low, high, bands + 2).astype(np.float64)
    places = to_mel(frequencies)
    if scale == "slaney":
        edges, places = _slaney_hertz(edges), frequencies
    rising = (places[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - places[:, None]) / np.diff(edges)[1:]
    filters: Spectrum = np.maximum(0, np.minimum(rising, falling))
    if scale == "slaney":
        filters *= 2 / (edges[2:] - edges[:-2])
    filters.setflags(write=False)  # it is kept for all who ask
    return filters


def _slaney(hertz: Spectrum) -> Spectrum:
    above = 15 + np.log(np.maximum(hertz, 1000) / 1000) * (27 / np.log(6.4))
    return np.where(hertz < 1000, hertz * (3 / 200), above)


def _slaney_hertz(mel: Spectrum) -> Spectrum:
    above = 1000 * np.exp((np.maximum(mel, 15) - 15) * (np.log(6.4) / 27))
    return np.where(mel < 15, mel * (200 / 3), above)


def _htk(hertz: Spectrum) -> Spectrum:
    mel: Spectrum = 1127 * np.log1p(hertz / 700)
    return mel
