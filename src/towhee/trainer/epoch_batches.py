"""The batches of an epoch: which samples, in which order, on which device."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt


class EpochBatches:
    """The places of a data set in a new order every epoch, in batches of ``(epoch, place)``.

    The order depends on the seed and the epoch alone, and a batch on its number, so that a
    training goes on at any batch as if it had not stopped. Several devices share the batches: each
    has its part of every one, and together they go through each sample once.

    Args:
        length: samples.
        batch_size: samples of a batch on each device.
        seed: of the order.
        drop_last: leave out a last batch that is not full.
    """

    def __init__(self, length: int, batch_size: int, seed: int, *, drop_last: bool = False) -> None:
        self._length, self._size, self._seed = length, batch_size, seed
        self._drop_last = drop_last
        self._rank, self._devices = 0, 1
        self.begin(0)

    def __len__(self) -> int:
        """Batches of a whole epoch, wherever this one begins."""
        size = self._size * self._devices
        return self._length // size if self._drop_last else math.ceil(self._length / size)

    def begin(self, epoch: int, batch: int = 0) -> None:
        """Give the batches of an epoch from one on."""
        self.epoch, self._first = epoch, batch

    def share(self, rank: int, devices: int) -> None:
        """Give one device's part of every batch."""
        self._rank, self._devices = rank, devices

    def weight(self, number: int) -> float:
        """What the mean over a device's part counts, so that the mean over devices is the batch's.

        It is 1 but for a last batch that cannot be divided evenly.
        """
        whole, part = self._batch(np.arange(self._length), number)
        return len(part) * self._devices / len(whole)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        epoch = self.epoch
        order = np.random.default_rng([self._seed, epoch]).permutation(self._length)
        for number in range(self._first, len(self)):
            whole, part = self._batch(order, number)
            # A device that is left without a sample takes one that another has, and weighs it 0.
            yield [(epoch, int(place)) for place in (part if len(part) else whole[:1])]

    def _batch(self, order: npt.NDArray[Any], number: int) -> tuple[Any, Any]:
        """All of a batch, and this device's part of it."""
        size = self._size * self._devices
        whole = order[number * size : (number + 1) * size]
        if self._devices == 1:
            return whole, whole
        return whole, np.array_split(whole, self._devices)[self._rank]
