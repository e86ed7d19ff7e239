"""MiniRocket: the shares of a series in which fixed convolutions exceed fixed thresholds.

Dempster, Schmidt and Webb, 2021, https://arxiv.org/abs/2012.08791. For several channels, each
kernel sees the sum over a random few of them, as in the authors' own multivariate version.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

KERNEL_LENGTH = 9
_KERNELS = np.array(list(combinations(range(KERNEL_LENGTH), 3)))
"""The three places of each of the 84 kernels whose weight is 2; at the other six it is -1."""

_MOST_DILATIONS = 32
_MOST_CHANNELS = 9  # of one kernel
_GOLDEN = (np.sqrt(5) + 1) / 2


@dataclass(frozen=True, slots=True, eq=False)
class MiniRocket:
    """The transform for series of one length and one number of channels.

    Attributes:
        length: of the series.
        dilations: the distance of a kernel's weights from one another.
        weights: for each dilation ``(84, 9 * channels)``, over the places of the first channel,
            then of the second, …
        thresholds: for each dilation ``(84, features)``.
    """

    length: int
    dilations: tuple[int, ...]
    weights: tuple[Floats, ...]
    thresholds: tuple[Floats, ...]

    @property
    def dimension(self) -> int:
        """The number of features."""
        return sum(each.size for each in self.thresholds)

    def features(self, series: Floats) -> npt.NDArray[np.float32]:
        """The features ``(d,) float32``, from 0 to 1, of one series ``(channels, length)``."""
        found = []
        for place, dilation in enumerate(self.dilations):
            convolved = self.weights[place] @ _shifted(series, dilation)
            margin = (KERNEL_LENGTH - 1) // 2 * dilation
            shares = np.empty_like(self.thresholds[place])
            whole = slice(place % 2, None, 2)  # kernels that go over the edge, where zeros are
            inner = slice(1 - place % 2, None, 2)
            shares[whole] = _shares(convolved[whole], self.thresholds[place][whole])
            shares[inner] = _shares(convolved[inner, margin:-margin], self.thresholds[place][inner])
            found.append(shares.ravel())
        return np.concatenate(found).astype(np.float32)


def fitted(examples: Floats, num_features: int, seed: int) -> MiniRocket:
    """The transform whose thresholds are quantiles of what the kernels give for the examples.

    Args:
        examples: ``(n, channels, length)``.
        num_features: how many, rounded down to a multiple of 84.
        seed: of the choice of an example for each kernel and dilation, and of its channels.
    """
    count, channels, length = examples.shape
    dilations, features = _dilations(length, num_features // len(_KERNELS))
    total = len(_KERNELS) * int(features.sum())
    quantiles = np.arange(1, total + 1) * _GOLDEN % 1
    # RandomState, as its numbers stay the same in every version of NumPy
    weights = _weights(len(dilations), channels, np.random.RandomState(seed))
    choice = np.random.RandomState(seed)
    thresholds = []
    for place, dilation in enumerate(dilations):
        of_dilation = np.empty((len(_KERNELS), features[place]))
        for kernel, chosen in enumerate(choice.randint(count, size=len(_KERNELS))):
            convolved = weights[place][kernel] @ _shifted(examples[chosen], dilation)
            wanted, quantiles = np.split(quantiles, [features[place]])
            of_dilation[kernel] = np.quantile(convolved, wanted)
        thresholds.append(of_dilation)
    return MiniRocket(length, dilations, weights, tuple(thresholds))


def _dilations(length: int, features: int) -> tuple[tuple[int, ...], npt.NDArray[np.int64]]:
    """The dilations, spread by powers of two, and the features that a kernel has with each."""
    steps = min(features, _MOST_DILATIONS)
    largest = np.log2((length - 1) / (KERNEL_LENGTH - 1))
    spread = np.logspace(0, largest, steps, base=2).astype(np.int64)
    dilations, times = np.unique(spread, return_counts=True)
    shares = (times * (features / steps)).astype(np.int64)
    shares[np.arange(features - shares.sum()) % len(shares)] += 1
    return tuple(dilations.tolist()), shares


def _weights(dilations: int, channels: int, random: np.random.RandomState) -> tuple[Floats, ...]:
    """The kernels of each dilation, with the channels that each of them sees."""
    most = np.log2(min(channels, _MOST_CHANNELS) + 1)
    numbers = (2 ** random.uniform(0, most, dilations * len(_KERNELS))).astype(np.int64)
    kernels = np.full((len(_KERNELS), KERNEL_LENGTH), -1.0)
    np.put_along_axis(kernels, _KERNELS, 2.0, axis=1)
    seen = np.zeros((dilations, len(_KERNELS), channels))
    for combination, number in zip(seen.reshape(-1, channels), numbers, strict=True):
        combination[random.choice(channels, number, replace=False)] = 1
    spread = seen[:, :, :, None] * kernels[None, :, None, :]
    return tuple(spread.reshape(dilations, len(_KERNELS), -1))


def _shifted(series: Floats, dilation: int) -> Floats:
    """What lies under each weight at each place; beyond the ends, zeros.

    Returns:
        ``(channels * 9, length)``.
    """
    length = series.shape[1]
    margin = (KERNEL_LENGTH - 1) // 2 * dilation
    padded = np.pad(series, ((0, 0), (margin, margin)))
    starts = range(0, KERNEL_LENGTH * dilation, dilation)
    return np.stack([padded[:, start : start + length] for start in starts], 1).reshape(-1, length)


def _shares(convolved: Floats, thresholds: Floats) -> Floats:
    """For each row and threshold the share of the row that is above it."""
    above: Floats = (convolved[:, None, :] > thresholds[:, :, None]).mean(2)
    return above
