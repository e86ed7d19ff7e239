"""Made-up series of many kinds, in place of examples of the user's own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_COUNT = 32
_NOISE = 0.1


def typical_series(channels: int, length: int) -> Floats:
    """Noise, random walks, waves and spikes, ``(32, channels, length)``, always the same."""
    random = np.random.RandomState(0)  # whose numbers stay the same in every version of NumPy
    made = [_one(kind % 4, length, random) for kind in range(_COUNT * channels)]
    by_channel: Floats = np.array(made).reshape(channels, _COUNT, length)
    return np.swapaxes(by_channel, 0, 1)


def _one(kind: int, length: int, random: np.random.RandomState) -> Floats:
    periods = 2 ** random.uniform(0, np.log2(max(length / 8, 2)))
    if kind == 0:
        series = random.randn(length)
    elif kind == 1:
        series = random.randn(length).cumsum()
    elif kind == 2:
        series = np.sin(2 * np.pi * (periods * np.arange(length) / length + random.rand()))
    else:
        series = (random.rand(length) < periods / length).astype(np.float64)
    spread = series.std() or 1.0
    noisy: Floats = series / spread + _NOISE * random.randn(length)
    return noisy
