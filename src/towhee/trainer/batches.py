"""Batches for the loop: of images, or of features that were computed before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.trainer.image_values import collated
from towhee.trainer.loop import EpochOrder
from towhee.trainer.settings import Settings
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

    def subset(self, places: npt.NDArray[np.int64]) -> FeatureRows:
        """Those at some places."""
        return FeatureRows(self._features[places], self._labels[places])


def loader(rows: Any, config: TrainingConfig, settings: Settings) -> Any:
    """The batches of an epoch, in an order of its own."""
    import torch

    return torch.utils.data.DataLoader(
        rows,
        batch_size=settings.batch_size,
        sampler=EpochOrder(len(rows), config.seed),
        collate_fn=collated,
        num_workers=0 if isinstance(rows, FeatureRows) else settings.workers,
        persistent_workers=bool(settings.workers) and not isinstance(rows, FeatureRows),
        pin_memory=bool(config.dataloader_pin_memory),
        drop_last=config.dataloader_drop_last,
        generator=torch.Generator().manual_seed(config.seed),
    )


def tensor_batches(
    rows: Any, size: int, network: torch.nn.Module, workers: int
) -> Iterator[torch.Tensor]:
    """All rows in order, in batches on the device of a network.

    Raises:
        DataError: if a sample cannot be read any more.
    """
    import torch

    device = next(network.parameters()).device
    places = [(0, place) for place in range(len(rows))]
    batches = torch.utils.data.DataLoader(
        rows,
        batch_size=size,
        sampler=places,
        collate_fn=collated,
        num_workers=0 if isinstance(rows, FeatureRows) else workers,
    )
    for pixels, _, unreadable in batches:
        if unreadable:
            raise DataError(f"a sample could be read before, and cannot now: {unreadable[0]}")
        yield pixels.to(device)
