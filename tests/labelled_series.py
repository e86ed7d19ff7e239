"""Made-up time series of nine kinds, as noisy as real ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_NOISE = 0.2
_BEATS = [(0.2, 0.2, 0.03), (-0.2, 0.36, 0.01), (1.5, 0.4, 0.015), (-0.3, 0.44, 0.01)]
"""Height, place and width of the waves of a heartbeat."""


def labelled_series(count: int, length: int, seed: int = 1) -> tuple[Floats, npt.NDArray[np.str_]]:
    """So many of each kind: ``(9 * count, length)``, and the kind of each."""
    random = np.random.RandomState(seed)
    time = np.arange(length) / length

    def wave(periods: float) -> Floats:
        return (periods * random.uniform(0.9, 1.1) * time + random.rand()) % 1

    def heart() -> Floats:
        beat = wave(6)
        return sum(a * np.exp(-(((beat - at) / width) ** 2)) for a, at, width in _BEATS)  # type: ignore[return-value]  # not zero of them

    kinds: dict[str, Callable[[], Floats]] = {
        "slow sine": lambda: np.sin(2 * np.pi * wave(3)),
        "fast sine": lambda: np.sin(2 * np.pi * wave(12)),
        "square": lambda: np.sign(np.sin(2 * np.pi * wave(5))),
        "rising saw": lambda: 2 * wave(5) - 1,
        "falling saw": lambda: 1 - 2 * wave(5),
        "random walk": lambda: random.randn(length).cumsum() / np.sqrt(length) * 2,
        "noise": lambda: random.randn(length),
        "heartbeat": heart,
        "chirp": lambda: np.sin(2 * np.pi * (2 * time + 8 * random.uniform(0.9, 1.1) * time**2)),
    }
    made = [(name, make()) for name, make in kinds.items() for _ in range(count)]
    series = np.array([each + _NOISE * random.randn(length) for _, each in made])
    return series, np.array([name for name, _ in made])


def neighbour_accuracy(vectors: npt.NDArray[np.float32], kinds: npt.NDArray[np.str_]) -> float:
    """The share of series whose nearest neighbour, by cosine, is of their own kind."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    return float((kinds[cosines.argmax(axis=1)] == kinds).mean())
