"""MiniRocket gives the numbers of its definition, and of the library that its authors point to."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from towhee.models.timeseries.minirocket import MiniRocket, fitted
from towhee.models.timeseries.typical_series import typical_series

Floats = npt.NDArray[np.float64]


def walks(count: int, channels: int, length: int) -> Floats:
    random = np.random.RandomState(7)
    return random.randn(count, channels, length).cumsum(2).astype(np.float32).astype(np.float64)


def slowly(transform: MiniRocket, series: Floats) -> list[float]:
    """The definition for one channel, weight by weight: the paper's sections 3.1 and 3.2."""
    (channel,) = series
    shares = []
    for place, dilation in enumerate(transform.dilations):
        for number, doubled in enumerate(combinations(range(9), 3)):
            convolved = []
            for center in range(len(channel)):
                total = 0.0
                for at in range(9):
                    under = center + (at - 4) * dilation
                    weight = 2.0 if at in doubled else -1.0
                    total += weight * (channel[under] if 0 <= under < len(channel) else 0.0)
                convolved.append(total)
            if (number + place) % 2:  # every other kernel stays within the series
                convolved = convolved[4 * dilation : len(channel) - 4 * dilation]
            for threshold in transform.thresholds[place][number]:
                shares.append(sum(each > threshold for each in convolved) / len(convolved))
    return shares


@pytest.mark.parametrize("length", [9, 20, 61])
def test_features_are_those_of_the_definition(length: int) -> None:
    series = walks(3, 1, length)
    transform = fitted(series[:2], 252, seed=0)
    for each in series:
        expected = slowly(transform, each)
        assert np.abs(transform.features(each) - expected).max() <= 1 / length + 1e-6  # of a tie
        assert np.abs(transform.features(each) - expected).mean() < 1e-3


# What MiniRocket(n_kernels=1000, random_state=0) of aeon 1.6.0, fitted to the first three of four
# series, gives for all four: the sums of their features, and every hundredth feature of the last.
OF_AEON = {
    1: (
        [467.0186, 458.8563, 460.9995, 460.7315],
        [0.25, 0.576923, 0.85, 1.0, 0.045455, 0.272727, 1.0, 0.928571, 1.0, 0.0],
    ),
    3: (
        [465.1486, 459.2294, 459.3359, 465.7259],
        [0.366667, 0.788462, 0.7, 1.0, 0.136364, 0.75, 1.0, 1.0, 1.0, 0.25],
    ),
}


@pytest.mark.parametrize("channels", OF_AEON)
def test_features_are_those_of_aeon(channels: int) -> None:
    series = walks(4, channels, 60)
    transform = fitted(series[:3], 1000, seed=0)
    features = np.stack([transform.features(each) for each in series])
    sums, some = OF_AEON[channels]
    assert features.shape == (4, 924)
    assert features.sum(1).tolist() == pytest.approx(sums, abs=0.1)  # a few ties, rounded otherwise
    assert features[3, ::100].tolist() == pytest.approx(some, abs=1e-5)


def test_dilations_reach_over_the_whole_series() -> None:
    transform = fitted(walks(1, 1, 150), 10_000, seed=0)
    assert transform.dimension == 9996
    assert transform.dilations[0] == 1
    assert transform.dilations[-1] == 18  # eight times that is the last that fits in 150


def test_thresholds_halve_what_they_were_taken_from() -> None:
    series = walks(1, 1, 300)
    shares = fitted(series, 10_000, seed=0).features(series[0])
    inner_and_whole = shares.mean()
    assert inner_and_whole == pytest.approx(0.5, abs=0.01)  # quantiles are spread evenly


def test_each_kernel_sees_some_of_the_channels() -> None:
    series = walks(2, 4, 40)
    transform = fitted(series, 168, seed=0)
    moved = series[0].copy()
    moved[2] = np.random.RandomState(1).randn(40)
    changed = (transform.features(moved) != transform.features(series[0])).mean()
    assert 0.2 < changed < 0.9


def test_typical_series_are_always_the_same_and_of_many_kinds() -> None:
    first, second = typical_series(2, 100), typical_series(2, 100)
    assert (first == second).all()
    assert first.shape == (32, 2, 100)
    jumps = np.abs(np.diff(first, axis=2)).mean(2) / first.std(2)
    assert jumps.min() < 0.3 < 0.9 < jumps.max()  # smooth ones and rough ones
