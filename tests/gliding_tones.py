"""Sounds with labels for tests: tones that rise, fall or stay, of many pitches and rates."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from tiny_audio import glide
from towhee.trainer.data import TrainingData

CLASSES = ("rising", "falling", "steady")
_FACTORS = (2.0, 0.5, 1.0)


def gliding_tones(
    count: int, seed: int, *, seconds: tuple[float, float] = (0.4, 1.6)
) -> TrainingData:
    """So many ``(samples, rate)``, the classes in turn; no two have one pitch or length."""
    values = [_tone(number, seed, seconds) for number in range(count)]
    labels = np.arange(count) % len(CLASSES)
    return TrainingData(values, labels, CLASSES, [f"tone {n}" for n in range(count)])


def saved_tones(folder: Path, count: int, seed: int) -> Path:
    """The same as WAV files, in a folder for each class."""
    for number in range(count):
        samples, rate = _tone(number, seed, (0.4, 1.6))
        into = folder / CLASSES[number % len(CLASSES)]
        into.mkdir(parents=True, exist_ok=True)
        write_wav(into / f"{number}.wav", samples, rate)
    return folder


def write_wav(path: Path, samples: np.ndarray, rate: int) -> None:
    """One channel of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((32767 * samples).astype("<i2").tobytes())


def _tone(number: int, seed: int, seconds: tuple[float, float]) -> tuple[np.ndarray, int]:
    random = np.random.default_rng([seed, number])
    rate = int(random.choice([8000, 16000, 22050]))
    pitch = float(random.uniform(300, 900))
    end = pitch * _FACTORS[number % len(CLASSES)]
    length = float(random.uniform(*seconds))
    sound = glide(length, sample_rate=rate, start=pitch, end=end, seed=number + 1000 * seed)
    return sound, rate
