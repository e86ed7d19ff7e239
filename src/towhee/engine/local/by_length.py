"""Give a model rows of like length together, and give the rows back in their order."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from towhee.engine.chunk import Chunk
from towhee.engine.local.batching import BatchSize, regrouped
from towhee.engine.local.cutting import cut
from towhee.engine.local.size import size_of
from towhee.engine.local.workers import Lookahead

_FEWEST_ROWS, _MOST_ROWS = 64, 2048
_WINDOWS_IN_MEMORY = 4
_MOMENT = 0.01
"""Seconds: where a chunk took less to come, so will the next."""
_PATIENCE = 0.02
"""Seconds that a model with nothing to do waits for a window at most."""
_CALLS_IN_A_BATCH = 32
"""What a call costs, however little it is given, in parts of the batch that suits the model.

That batch is the smallest that is nearly as quick as any (``models/selection.py``), so a call costs
a few hundredths of it, on a processor as on a GPU, whose batches are that much larger.
"""

Lengths = Callable[[Chunk], Sequence[int]]
"""The length of each row of a chunk; 0 for a row that the model will not see."""


class _Coming:
    """Chunks, and whether the next one is there in a moment.

    A model that has nothing to do waits for it then: that costs less than the padding of a window
    of two or three rows.
    """

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._began = time.perf_counter()
        self.is_near = False

    def begin(self) -> None:
        """Another window begins."""
        self._began = time.perf_counter()

    def __iter__(self) -> Iterator[Chunk]:
        asked = time.perf_counter()
        for chunk in self._chunks:
            came = time.perf_counter()
            self.is_near = came - asked < _MOMENT and came - self._began < _PATIENCE
            yield chunk
            asked = time.perf_counter()


class ByLength:
    """Sorts the rows of a window, cuts them into batches, and restores the window behind the model.

    The longest come first: what is left for the end of a window is short, and no worker waits long
    for another. Windows grow, so that the first rows are there soon; a model with nothing to do is
    given what there is, unless more rows are there in a moment.

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
        coming = _Coming(chunks)
        for window in regrouped(
            iter(coming), self._wanted, is_urgent=lambda: model.is_idle and not coming.is_near
        ):
            self._note(window)
            lengths = self._lengths(window)
            order = sorted(range(len(window)), key=lambda place: -lengths[place])
            self._orders.append(order)
            for start, stop in self._cuts([lengths[place] for place in order]):
                yield window.take(order[start:stop])
            coming.begin()

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

    def _cuts(self, lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Where each batch of sorted rows begins and ends."""
        rows = self._size.rows
        if self._size.is_asked_for:
            return (
                (start, min(start + rows, len(lengths))) for start in range(0, len(lengths), rows)
            )
        most = rows * self._usual
        return cut(lengths, most, most // _CALLS_IN_A_BATCH)
