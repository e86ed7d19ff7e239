"""``timeseries_embedding.minirocket``: time series to vectors without a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.models.timeseries.minirocket import KERNEL_LENGTH, MiniRocket, fitted
from towhee.models.timeseries.typical_series import typical_series
from towhee.models.vectors import unit_length
from towhee.operators.base import Operator
from towhee.operators.timeseries_embedding.series import as_series, resampled, z_normalized

Vector = npt.NDArray[np.float32]

_LENGTH = 512  # without calibration
_MOST = 1_000_000  # of anything, so that a slip of the hand does not fill the memory
_LEAST_SPREAD = 0.05  # of a feature, so that one that hardly varies does not outweigh others


class MinirocketTimeseriesEmbedding(Operator[Any, Vector]):
    """Embed time series by their shapes with MiniRocket, which needs no training and no weights.

    A value is a list or an array of numbers ``(n,)``, several channels as ``(channels, n)``, a
    pandas Series, or a DataFrame with a column for each channel. Each feature is the share of the
    series in which one of 84 small kernels, spread over a shorter or longer stretch, exceeds a
    threshold.

    Args:
        num_features: the length of the vectors, rounded down to a multiple of 84. The paper takes
            10,000 for a classifier; for nearest neighbours a tenth does as well.
        length: series of another length are drawn with straight lines and read at so many
            moments; ``None`` for that of the calibration series, or 512 without.
        channels: of a series; ``None`` for that of the calibration series, or 1 without.
        calibration: series of your own kind, some dozens, from which thresholds are taken, and by
            which features are centred and scaled. Without, made-up noise, random walks, waves and
            spikes stand for them, always the same, which does as well for series that are
            z-normalised.
        z_normalize: take each channel to mean 0 and standard deviation 1 first, so that only its
            shape counts.
        normalize: whether features are centred and scaled by the calibration series and vectors
            have unit length; otherwise they are the shares themselves, from 0 to 1, as in the
            paper.
        seed: of the choices that the transform leaves to chance.

    Raises:
        UsageError: for arguments that cannot be.
        DataError: for calibration series that are none.

    Example:
        >>> embed = MinirocketTimeseriesEmbedding()
        >>> wave, faster = (np.sin(np.arange(300) * step) for step in (0.1, 0.5))
        >>> same, other = embed(3 * wave[20:] + 1), embed(faster)
        >>> bool(embed(wave) @ same > embed(wave) @ other)
        True

    Source: Dempster, Schmidt and Webb, 2021, https://arxiv.org/abs/2012.08791
    """

    placement = "threads"

    def __init__(
        self,
        *,
        num_features: int = 1008,
        length: int | None = None,
        channels: int | None = None,
        calibration: Sequence[Any] | npt.NDArray[Any] = (),
        z_normalize: bool = True,
        normalize: bool = True,
        seed: int = 0,
    ) -> None:
        least = {"num_features": 84, "length": KERNEL_LENGTH, "channels": 1, "seed": 0}
        given = {"num_features": num_features, "length": length, "channels": channels, "seed": seed}
        for name, value in given.items():
            if value is not None and (type(value) is not int or value < least[name]):
                raise UsageError(f"{name} is a whole number from {least[name]}, not {value!r}")
            if value is not None and value > _MOST and name != "seed":
                raise UsageError(f"{name} is at most {_MOST:,}, not {value!r}")
        self._num_features, self._seed = num_features, seed
        self._z_normalize, self._normalize = z_normalize, normalize
        own = [as_series(each, at_least=KERNEL_LENGTH) for each in calibration]
        self._channels = channels or (len(own[0]) if own else 1)
        self._length = length or max((each.shape[1] for each in own), default=_LENGTH)
        self._own = [self._shaped(each) for each in own]
        self._transform: MiniRocket | None = None
        self._center: Vector | float = 0.0
        self._spread: Vector | float = 1.0

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        return self._num_features // 84 * 84

    def setup(self) -> None:
        """Take thresholds, and the usual values of features, from the calibration series."""
        typical = typical_series(self._channels, self._length)
        examples = np.stack(self._own or [self._shaped(each) for each in typical])
        transform = fitted(examples, self._num_features, self._seed)
        if self._normalize:
            features = np.stack([transform.features(each) for each in examples])
            self._center = features.mean(axis=0)
            self._spread = np.maximum(features.std(axis=0), _LEAST_SPREAD)
        self._transform = transform

    def batch(self, values: Sequence[Any]) -> list[Vector]:
        """For each series its vector, ``(d,) float32``.

        Raises:
            DataError: for what is no series, or one with gaps, too few steps, or other channels.
        """
        self.ensure_setup()
        return [self._vector(as_series(value, at_least=KERNEL_LENGTH)) for value in values]

    def _vector(self, series: npt.NDArray[np.float64]) -> Vector:
        assert self._transform is not None
        features = self._transform.features(self._shaped(series))
        if not self._normalize:
            return features
        scaled = ((features - self._center) / self._spread).astype(np.float32)
        vector: Vector = unit_length(scaled[None])[0]
        return vector

    def _shaped(self, series: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The series in the length and scale of the transform."""
        if len(series) != self._channels:
            raise DataError(
                f"a series of {len(series)} channels came where all have {self._channels}; the "
                "argument channels= says how many there are"
            )
        series = z_normalized(series) if self._z_normalize else series
        return resampled(series, self._length)
