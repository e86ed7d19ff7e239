"""Sounds on which the ways to run a model of sound are compared, computed when they are needed."""

from __future__ import annotations

from functools import cache

import numpy as np

from towhee.models.audio.spectrum import Samples, Spectrum

_SECONDS = 4
_COUNT = 24


@cache
def sample_sounds(sample_rate: int) -> tuple[Samples, ...]:
    """Melodies, voices, beats and noises of 4 seconds, always the same, unlike each other.

    They are computed, as no recordings ship with the package; name recordings of your own kind as
    ``calibration`` where that matters.
    """
    kinds = (_melody, _voice, _beat, _noise)
    return tuple(
        _levelled(kinds[number % len(kinds)](np.random.default_rng(number), sample_rate))
        for number in range(_COUNT)
    )


def _times(sample_rate: int) -> Spectrum:
    times: Spectrum = np.arange(_SECONDS * sample_rate) / sample_rate
    return times


def _levelled(sound: Spectrum) -> Samples:
    levelled: Samples = (0.5 * sound / np.abs(sound).max()).astype(np.float32)
    return levelled


def _melody(random: np.random.Generator, sample_rate: int) -> Spectrum:
    """Notes of a few overtones, one after another."""
    times = _times(sample_rate)
    notes = int(random.integers(4, 16))
    pitches = 110 * 2 ** (random.integers(0, 36, notes) / 12)
    place = (times * notes / _SECONDS).astype(int).clip(max=notes - 1)
    phase = 2 * np.pi * np.cumsum(pitches[place]) / sample_rate
    fading: Spectrum = np.exp(-3 * (times * notes / _SECONDS - place))
    weights = random.random(6)
    tones: Spectrum = np.sum([w * np.sin((k + 1) * phase) for k, w in enumerate(weights)], axis=0)
    return tones * fading


def _voice(random: np.random.Generator, sample_rate: int) -> Spectrum:
    """A buzz whose overtones swell and fade in bands, as vowels do."""
    times = _times(sample_rate)
    pitch = random.uniform(90, 250) * (1 + 0.1 * np.sin(2 * np.pi * random.uniform(0.5, 3) * times))
    phase = 2 * np.pi * np.cumsum(pitch) / sample_rate
    sound: Spectrum = np.zeros(len(times))
    formants = random.uniform((300, 800, 2000), (900, 2200, 3400))
    moves = np.sin(2 * np.pi * random.uniform(1, 4, (3, 1)) * times + random.uniform(0, 6, (3, 1)))
    centres = formants[:, None] * (1 + 0.3 * moves)
    for overtone in range(1, 25):
        nearness = ((overtone * pitch - centres) / 200) ** 2
        sound += np.exp(-nearness / 2).sum(axis=0) * np.sin(overtone * phase)
    return sound * (0.6 + 0.4 * np.sin(2 * np.pi * random.uniform(2, 5) * times))


def _beat(random: np.random.Generator, sample_rate: int) -> Spectrum:
    """Strokes of noise and of low tones."""
    times = _times(sample_rate)
    since = times % random.uniform(0.2, 0.8)
    drum: Spectrum = np.sin(2 * np.pi * random.uniform(50, 120) * since) * np.exp(-12 * since)
    return drum + 0.5 * random.standard_normal(len(times)) * np.exp(-40 * since)


def _noise(random: np.random.Generator, sample_rate: int) -> Spectrum:
    """Noise in a band, coming and going."""
    times = _times(sample_rate)
    spectrum = np.fft.rfft(random.standard_normal(len(times)))
    hertz = np.fft.rfftfreq(len(times), 1 / sample_rate)
    centre = random.uniform(200, sample_rate / 3)
    filtered: Spectrum = np.fft.irfft(spectrum * np.exp(-(((hertz - centre) / (centre / 2)) ** 2)))
    return filtered * (0.55 + 0.45 * np.sin(2 * np.pi * random.uniform(0.2, 3) * times))
