"""The losses of an epoch's batches, read from the device as seldom as possible."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_SECONDS = 0.25
"""Between two readings, on a device that works while nobody reads."""


class EpochLosses:
    """The losses of an epoch, as far as it has come.

    Reading a number from a GPU waits for all that was asked of it before, so losses are left there
    until they are due; on a CPU each is read at once.
    """

    def __init__(self, total: float = 0.0, count: int = 0) -> None:
        self.total, self.count = total, count
        self.latest = math.nan
        self._waiting: list[torch.Tensor] = []
        self._read = time.monotonic()

    def add(self, loss: torch.Tensor) -> None:
        """Take the loss of a batch."""
        self._waiting.append(loss.detach())

    @property
    def is_due(self) -> bool:
        """Whether it is time to read, for somebody who looks on."""
        return time.monotonic() - self._read > _SECONDS

    def read(self) -> float | None:
        """Count what has come since the last reading; the first loss that is no number, if any."""
        import torch

        self._read = time.monotonic()
        if not self._waiting:
            return None
        values = (
            [float(self._waiting[0])]
            if len(self._waiting) == 1
            else torch.stack([each.float() for each in self._waiting]).tolist()
        )
        self._waiting = []
        for value in values:  # one after the other: the sum is the same however often it is read
            self.total += value
        self.count += len(values)
        self.latest = values[-1]
        return next((value for value in values if not math.isfinite(value)), None)

    @property
    def mean(self) -> float | None:
        """Of all that were read; ``None`` before the first."""
        return self.total / self.count if self.count else None
