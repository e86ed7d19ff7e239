"""Which pairs share a batch: every one once an epoch, and none beside one that has its value."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


class PairBatches:
    """The batches of an epoch, as lists of places, in a new order every epoch.

    A loss that takes all other matches of a batch for wrong must not meet the right one twice, so
    pairs with a value in common go to different batches, as far as there are enough of them. There
    are as many batches in every epoch, of sizes that differ by one at most. The order depends on
    the seed and the epoch alone, so that a resumed training goes through the same batches.

    Args:
        values: which distinct value each pair has on each side, ``(n, sides)``; equal numbers are
            equal values. With one column of numbers that all differ, batches are drawn freely.
        size: pairs in a batch, at most.
        seed: of the order.
        drop_last: leave out, by lot, the pairs that make no full batch.

    Example:
        >>> batches = PairBatches(np.array([[0, 1], [0, 2], [3, 4], [5, 6]]), 2, seed=0)
        >>> len(batches), sorted(sum(batches, []))
        (2, [0, 1, 2, 3])
        >>> any({0, 1} <= set(batch) for batch in batches)
        False
    """

    def __init__(
        self, values: npt.NDArray[np.int64], size: int, seed: int, *, drop_last: bool = False
    ) -> None:
        self._values = [set(row) for row in values.tolist()]
        self._seed, self.epoch = seed, 0
        self._kept = len(values) - (len(values) % size if drop_last else 0)
        counts = np.bincount([value for row in self._values for value in row], minlength=1)
        fewest = math.ceil(self._kept / size)
        count = fewest if drop_last else min(self._kept, max(fewest, int(counts.max())))
        self._sizes = [self._kept // count + (place < self._kept % count) for place in range(count)]
        self.batch_size, self.drop_last = size, drop_last

    def __len__(self) -> int:
        return len(self._sizes)

    def set_epoch(self, epoch: int) -> None:
        """Called before an epoch."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[list[int]]:
        order = np.random.default_rng([self._seed, self.epoch]).permutation(len(self._values))
        batches: list[list[int]] = [[] for _ in self._sizes]
        held: list[set[int]] = [set() for _ in self._sizes]
        first = 0
        for row in order[: self._kept].tolist():
            own = self._values[row]
            free = (at for at in range(first, len(batches)) if len(batches[at]) < self._sizes[at])
            place = next((at for at in free if not held[at] & own), None)
            if place is None:  # every batch that has room has one of its values
                place = first
            batches[place].append(row)
            held[place] |= own
            while first < len(batches) and len(batches[first]) == self._sizes[first]:
                first += 1
        yield from batches
