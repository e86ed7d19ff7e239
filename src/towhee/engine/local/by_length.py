"""Give a model rows of like length together, and give the rows back in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from towhee.engine.chunk import Chunk
from towhee.engine.local.batching import BatchSize, regrouped
from towhee.engine.local.size import size_of
from towhee.engine.local.workers import Lookahead

_FEWEST_ROWS, _MOST_ROWS = 32, 2048
_WINDOWS_IN_MEMORY = 4

Lengths = Callable[[Chunk], Sequence[int]]
"""The length of each row of a chunk; 0 for a row that the model will not see."""


class ByLength:
    """Sorts the rows of a window, cuts them into batches, and restores the window behind the model.

    A batch is as wide as its longest row, so it costs that many times its rows. The longest come
    first: what is left for the end of a window is short, and no worker waits long for another.
    Windows grow, so that the first rows are there soon; a model with nothing to do is given what
    there is.

    Args:
        lengths: of the rows of a chunk.
        size: the number of rows that suits a batch, of the usual length.
        usual: that length.
        byte_limit: no window holds more than a share of it.
    """

    def __init__(self, lengths: Lengths, size: BatchSize, usual: int, byte_limit: int) -> None:
        self._lengths = lengths
        self._size = size
        self._usual = usual
        self._byte_limit = byte_limit // _WINDOWS_IN_MEMORY
        self._bytes_per_row = 1.0
        self._rows = _FEWEST_ROWS
        self._orders: deque[list[int]] = deque()

    def batches(self, chunks: Iterator[Chunk], model: Lookahead) -> Iterator[Chunk]:
        """The rows in batches, sorted within each window."""
        for window in regrouped(chunks, self._wanted, is_urgent=lambda: model.is_idle):
            self._note(window)
            lengths = self._lengths(window)
            order = sorted(range(len(window)), key=lambda place: -lengths[place])
            self._orders.append(order)
            start = 0
            while start < len(order):
                stop = start + self._fitting(lengths[order[start]])
                yield window.take(order[start:stop])
                start = stop

    def restored(self, batches: Iterator[Chunk]) -> Iterator[Chunk]:
        """The windows again, from the batches behind the model, in the rows' own order."""
        waiting: list[Chunk] = []
        rows = 0
        for batch in batches:
            waiting.append(batch)
            rows += len(batch)
            order = self._orders[0]
            if rows == len(order):
                self._orders.popleft()
                places = sorted(range(rows), key=order.__getitem__)
                yield Chunk.joined(waiting).take(places)
                waiting, rows = [], 0

    def _wanted(self) -> int:
        return max(1, min(self._rows, int(self._byte_limit / self._bytes_per_row)))

    def _note(self, window: Chunk) -> None:
        self._bytes_per_row = max(self._bytes_per_row, size_of(window) / len(window))
        if len(window) >= self._rows:
            self._rows = min(2 * self._rows, _MOST_ROWS)

    def _fitting(self, longest: int) -> int:
        """How many rows fit a batch whose longest is so long."""
        if self._size.is_asked_for:
            return self._size.rows
        return max(1, self._size.rows * self._usual // max(1, longest))
