"""Give a model batches of the size that suits it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from towhee.engine.chunk import Chunk
from towhee.engine.local.size import size_of
from towhee.engine.local.workers import Work
from towhee.engine.rows import Outcome

_LARGEST = 16  # where processors stop gaining; more can be asked for with batch_size
_WORTH_IT = 0.95  # a doubling must bring the time of a row below this part of what it was


class BatchSize:
    """Finds the batch size by measuring: it doubles as long as a row gets cheaper by it.

    Args:
        fixed: the size that the user asked for, which is then not measured.
        byte_limit: no batch holds more bytes of prepared input than this.
    """

    def __init__(self, fixed: int | None, byte_limit: int) -> None:
        self.rows = fixed or 1
        self._settled = fixed is not None
        self._byte_limit = byte_limit
        self._best: float | None = None
        self._measured = 0

    def note(self, rows: int, seconds: float, size: int) -> None:
        """Learn from one batch of ``rows`` rows and ``size`` bytes."""
        if self._settled or rows < self.rows:
            return
        self._measured += 1
        if self._measured == 1:  # the first batch of a size pays for warming up
            return
        self._measured = 0
        per_row = seconds / rows
        if self._best is not None and per_row > self._best * _WORTH_IT:
            self.rows = max(1, self.rows // 2)
            self._settled = True
            return
        self._best = per_row
        fits = size / rows * self.rows * 2 <= self._byte_limit
        if self.rows * 2 <= _LARGEST and fits:
            self.rows *= 2
        else:
            self._settled = True


def batches(chunks: Iterator[Chunk], size: BatchSize) -> Iterator[Chunk]:
    """The same rows in chunks of the size that is right at the time; the last may be shorter.

    If the chunks end in an error, the rows in front of it are still given.
    """
    waiting: list[Chunk] = []
    rows = 0
    try:
        for chunk in chunks:
            waiting.append(chunk)
            rows += len(chunk)
            while rows >= size.rows:
                together = Chunk.joined(waiting)
                taken = size.rows
                yield together.slice(0, taken)
                rows -= taken
                waiting = [together.slice(taken, len(together))] if rows else []
    except Exception:
        if rows:
            yield Chunk.joined(waiting)
        raise
    if rows:
        yield Chunk.joined(waiting)


def measured(work: Work, size: BatchSize) -> Work:
    """The same work, whose time teaches the batch size."""

    def run(chunk: Chunk) -> Outcome:
        started = time.perf_counter()
        outcome = work(chunk)
        size.note(len(chunk), time.perf_counter() - started, size_of(chunk))
        return outcome

    return run
