"""Noisy images of three colours, which a small network with random weights half tells apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image

from towhee.trainer.data import TrainingData

CLASSES = ("red", "green", "blue")


def colour_squares(count: int, seed: int, strength: int = 30) -> TrainingData:
    """So many images of 40 by 40 pixels, each class in turn."""
    random = np.random.default_rng(seed)
    values, labels = [], []
    for number in range(count):
        label = number % 3
        pixels = random.integers(0, 160, (40, 40, 3))
        pixels[..., label] += random.integers(0, strength)
        values.append(PIL.Image.fromarray(pixels.astype(np.uint8)))
        labels.append(label)
    keys = [f"square {number}" for number in range(count)]
    return TrainingData(values, np.array(labels), CLASSES, keys)


def saved_squares(folder: Path, count: int, seed: int) -> TrainingData:
    """The same as files."""
    folder.mkdir()
    data = colour_squares(count, seed)
    paths = []
    for number, sample in enumerate(data):
        path = folder / f"{number}.png"
        sample.value.save(path)
        paths.append(str(path))
    return TrainingData(
        paths, data.labels, CLASSES, [Path(path).name for path in paths], files=True
    )
