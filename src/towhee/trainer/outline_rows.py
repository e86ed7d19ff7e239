"""Outlines of the sounds of training data, as the loop takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.models.audio.cepstrum import band_filters, power_spectrum
from towhee.models.audio.outline import outline, outline_windows
from towhee.trainer.data import TrainingData
from towhee.trainer.outline_changes import CHANGES, changed_outline
from towhee.trainer.sound_batches import collated_sounds
from towhee.trainer.sound_values import sound_samples

_MOST_BYTES = 2**29
"""Of spectra that are kept, so that no sound is decoded twice."""


class OutlineRows:
    """Outlines by ``(epoch, place)``: all windows as they are served, or one, changed at random.

    Args:
        data: the samples.
        sample_rate, coefficients: of the operator.
        augment: how much a sound is changed; ``None`` for all windows as they are served.
        seed: of the random numbers.
    """

    in_memory = True

    def __init__(
        self,
        data: TrainingData,
        sample_rate: int,
        coefficients: int,
        augment: str | None = None,
        seed: int = 0,
    ) -> None:
        if augment is not None and augment not in CHANGES:
            raise UsageError(f"augment is one of {', '.join(CHANGES)}, not {augment!r}")
        self._data, self._rate, self._coefficients = data, sample_rate, coefficients
        self._changes = None if augment is None else CHANGES[augment]
        self._seed = seed
        self._kept: dict[int, npt.NDArray[np.float32]] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int] | str:
        """``(windows, 96, 40) float32`` and the label; the message of a sample not to be read."""
        epoch, place = index
        try:
            power = self._power(place)
        except DataError as error:
            return str(error)
        filters = band_filters(self._rate)
        if self._changes is None:
            windows = outline_windows(
                outline(power.astype(np.float64) @ filters, self._coefficients)
            )
        else:
            random = np.random.default_rng((self._seed, epoch, place))
            windows = changed_outline(power, filters, self._coefficients, self._changes, random)[
                None
            ]
        return windows, int(self._data.labels[place])

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch of outlines."""
        return collated_sounds(samples)

    def _power(self, place: int) -> npt.NDArray[np.float32]:
        kept = self._kept.get(place)
        if kept is not None:
            return kept
        samples = sound_samples(self._data, place, self._rate)
        power = power_spectrum(samples, self._rate).astype(np.float32)
        if self._bytes + power.nbytes <= _MOST_BYTES:
            self._kept[place] = power
            self._bytes += power.nbytes
        return power
