"""Sounds of training data as a network takes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from towhee.errors import DataError, UsageError
from towhee.models.audio.sound_network import SoundNetwork
from towhee.operators.audio_embedding.sound import windows
from towhee.trainer.data import TrainingData
from towhee.trainer.sound_batches import collated_sounds
from towhee.trainer.sound_changes import SOUND_CHANGES, changed_sound
from towhee.trainer.sound_values import sound_samples


class SoundRows:
    """Features by ``(epoch, place)``: of all windows as they are served, or of one, changed.

    Args:
        data: the samples.
        network: whose features they are.
        averages: whether all windows of a long sound count where it is served.
        augment: how much a sound is changed; ``None`` for the windows as they are served.
        seed: of the random numbers.
    """

    in_memory = False

    def __init__(
        self,
        data: TrainingData,
        network: SoundNetwork,
        averages: bool,
        augment: str | None = None,
        seed: int = 0,
    ) -> None:
        if augment is not None and augment not in SOUND_CHANGES:
            raise UsageError(f"augment is one of {', '.join(SOUND_CHANGES)}, not {augment!r}")
        self._data, self._network, self._averages = data, network, averages
        self._changes = None if augment is None else SOUND_CHANGES[augment]
        self._seed = seed

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int] | str:
        """``(windows, …) float32`` and the label; the message of a sample not to be read."""
        epoch, place = index
        network = self._network
        try:
            samples = sound_samples(self._data, place, network.sample_rate)
            network.check_length(samples)
        except DataError as error:
            return str(error)
        if self._changes is None:
            parts = list(windows(samples, network.window, network.step))
            parts = parts if self._averages else parts[:1]
        else:
            random = np.random.default_rng((self._seed, epoch, place))
            changed = changed_sound(samples, network.window, self._changes, random)
            parts = [changed if len(changed) >= network.least else samples[: network.window]]
        return np.stack([network.features(part) for part in parts]), int(self._data.labels[place])

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch of features."""
        return collated_sounds(samples)
