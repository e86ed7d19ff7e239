"""Batches for the loop: of samples as they are read, or of features computed before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.trainer.epoch_batches import EpochBatches
from towhee.trainer.image_values import collated
from towhee.trainer.importing import import_lightning
from towhee.trainer.settings import Settings
from towhee.trainer.trainable import Rows
from towhee.trainer.training_config import TrainingConfig

if TYPE_CHECKING:
    import torch


class FeatureRows:
    """Features as a data set that is indexed by ``(epoch, place)``, as images are.

    Args:
        features: ``(n, d)``.
        labels: ``(n,) int64``.
        shape: that the features of a sample have; ``None`` for ``(d,)``.
    """

    in_memory = True

    def __init__(
        self,
        features: npt.NDArray[np.float32],
        labels: npt.NDArray[np.int64],
        shape: tuple[int, ...] | None = None,
    ) -> None:
        self._features = features if shape is None else features.reshape(-1, *shape)
        self._labels = labels

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int]:
        import torch

        place = index[1]
        return torch.from_numpy(self._features[place]), int(self._labels[place])

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch of features."""
        return collated(samples)

    def subset(self, places: npt.NDArray[np.int64]) -> FeatureRows:
        """Those at some places."""
        return FeatureRows(self._features[places], self._labels[places])


def loader(rows: Rows, config: TrainingConfig, settings: Settings) -> Any:
    """The batches of an epoch, in an order of its own."""
    import torch

    workers = 0 if rows.in_memory else settings.workers
    return torch.utils.data.DataLoader(
        cast("Any", rows),  # indexed as torch's own samplers do not
        batch_sampler=EpochBatches(
            len(rows), settings.batch_size, config.seed, drop_last=config.dataloader_drop_last
        ),
        collate_fn=rows.collate,
        num_workers=workers,
        persistent_workers=bool(workers),
        pin_memory=bool(config.dataloader_pin_memory),
        generator=torch.Generator().manual_seed(config.seed),
    )


def input_batches(
    rows: Rows,
    size: int,
    network: torch.nn.Module,
    workers: int,
    lost: list[int] | None = None,
) -> Iterator[Any]:
    """What a network takes of all rows, in order, in batches on its device.

    Args:
        rows: the samples.
        size: of a batch.
        network: whose device is taken.
        workers: processes that read.
        lost: is told the places of samples that cannot be read any more, which are left out.

    Raises:
        DataError: if a sample cannot be read any more, and nobody is to be told.
    """
    import torch

    move = import_lightning().utilities.move_data_to_device
    device = next(network.parameters()).device
    places = [(0, place) for place in range(len(rows))]
    batches = torch.utils.data.DataLoader(
        cast("Any", rows),  # as above
        batch_size=size,
        sampler=places,
        collate_fn=rows.collate,
        num_workers=0 if rows.in_memory else workers,
    )
    for number, (inputs, _, unreadable) in enumerate(batches):
        if unreadable and lost is None:
            raise DataError(f"a sample could be read before, and cannot now: {unreadable[0]}")
        if unreadable and lost is not None:
            asked = places[number * size : (number + 1) * size]
            lost += [place for epoch, place in asked if isinstance(rows[epoch, place], str)]
        if inputs is not None:
            yield move(inputs, device)
