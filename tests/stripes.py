"""Patterns in colours that say nothing of them: what is alike in colour is not alike in kind."""

from __future__ import annotations

import numpy as np
import PIL.Image

from towhee.trainer.data import NO_LABEL, TrainingData

CLASSES = ("level", "upright", "chequered")
SIDE = 48


def stripes(count: int, seed: int, labelled: bool = True) -> TrainingData:
    """So many pictures of stripes and chequers, each pattern in turn, in any two colours."""
    random = np.random.default_rng(seed)
    values, labels = [], []
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    for number in range(count):
        label = number % 3
        period = random.uniform(6, 12)
        level, upright = ((axis + random.uniform(0, period)) // (period / 2) % 2
                          for axis in (rows, columns))  # fmt: skip
        pattern = (level, upright, (level + upright) % 2)[label]
        one, other = random.integers(0, 256, (2, 3))
        pixels = np.where(pattern[..., None] > 0, one, other) + random.normal(0, 8, (SIDE, SIDE, 3))
        values.append(PIL.Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
        labels.append(label if labelled else NO_LABEL)
    keys = [f"pattern {number}" for number in range(count)]
    return TrainingData(values, np.array(labels), CLASSES if labelled else (), keys)
