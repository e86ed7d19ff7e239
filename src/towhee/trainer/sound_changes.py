"""Changes of a recording that leave what sounds in it the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from towhee.models.audio.spectrum import Samples

_QUIETEST_NOISE = 50.0  # decibels below the sound


@dataclass(frozen=True, slots=True)
class SoundChanges:
    """How far a recording may be changed.

    Attributes:
        gain: decibels by which it may become louder or quieter.
        speed: logarithm of the factor by which it may be played faster or slower, and higher or
            lower with it.
        noise: decibels that noise may be below it, at the loudest; ``None`` for none.

    Source: Ko et al., "Audio Augmentation for Speech Recognition", 2015.
    """

    gain: float = 0.0
    speed: float = 0.0
    noise: float | None = None


SOUND_CHANGES = {
    "none": SoundChanges(),
    "light": SoundChanges(gain=6.0, speed=0.03),
    "strong": SoundChanges(gain=12.0, speed=0.1, noise=15.0),
}


def changed_sound(
    samples: Samples, window: int, changes: SoundChanges, random: np.random.Generator
) -> Samples:
    """A changed recording, and of one that is longer than a window some part of that length.

    Args:
        samples: ``(n,) float32``.
        window: the most samples that a network takes.
        changes: how far it is changed.
        random: by what.

    Returns:
        ``(m,) float32``, up to ``window``.
    """
    if len(samples) > window:
        start = int(random.integers(0, len(samples) - window + 1))
        samples = samples[start : start + window]
    if changes.speed:
        factor = np.exp(random.uniform(-changes.speed, changes.speed))
        places = np.linspace(0, len(samples) - 1, max(1, round(len(samples) / factor)))
        samples = np.interp(places, np.arange(len(samples)), samples)[:window].astype(np.float32)
    if changes.noise is not None:
        below = random.uniform(changes.noise, _QUIETEST_NOISE)
        level = np.sqrt(np.mean(np.square(samples, dtype=np.float64))) * 10 ** (-below / 20)
        samples = samples + (level * random.standard_normal(len(samples))).astype(np.float32)
    if changes.gain:
        factor = 10 ** (random.uniform(-changes.gain, changes.gain) / 20)
        samples = (factor * samples).astype(np.float32)
    return samples
