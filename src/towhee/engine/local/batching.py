"""Give a model batches of the size that suits it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from towhee.engine.chunk import Chunk
from towhee.engine.local.size import size_of
from towhee.engine.local.workers import Lookahead, Work
from towhee.engine.rows import Outcome

if TYPE_CHECKING:
    import numpy.typing as npt

_LARGEST = 16  # where processors stop gaining; more can be asked for with batch_size
_LARGEST_ON_GPU = 256
_WORTH_IT = 0.95  # a doubling must bring the time of a row below this part of what it was
_OUT_OF_MEMORY = ("out of memory", "bad_alloc", "failed to allocate")

Forward = Callable[[Sequence[Any]], "Sequence[Any] | npt.NDArray[Any]"]


class BatchSize:
    """Finds the batch size by measuring: it doubles as long as a row gets cheaper by it.

    Args:
        asked: the size that the user asked for; batches are neither smaller nor larger, but for
            the last, and for the memory.
        byte_limit: no batch holds more bytes of prepared input than this.
        known: the size that was measured before.
        most_rows: so many rows there are for each worker, if that is known.
        on_gpu: whether the model runs beside the cores.
    """

    def __init__(
        self,
        asked: int | None,
        byte_limit: int,
        *,
        known: int | None = None,
        most_rows: int | None = None,
        on_gpu: bool = False,
    ) -> None:
        self._largest = _LARGEST_ON_GPU if on_gpu else _LARGEST
        self.is_asked_for = asked is not None
        self._most_rows = most_rows if asked is None else None
        self._rows = asked or known or 1
        self._settled = self.is_asked_for or known is not None
        self._byte_limit = byte_limit
        self._bytes_per_row = 0.0
        self._best: float | None = None
        self._measured = 0

    @property
    def rows(self) -> int:
        """How many rows the next batch should have."""
        affordable = self._byte_limit / self._bytes_per_row if self._bytes_per_row else math.inf
        return max(1, int(min(self._rows, affordable, self._most_rows or math.inf)))

    def note(self, rows: int, seconds: float, size: int) -> None:
        """Learn from one batch of ``rows`` rows and ``size`` bytes."""
        self._bytes_per_row = max(self._bytes_per_row, size / rows)
        if self._settled or rows < self._rows:
            return
        self._measured += 1
        if self._measured == 1:  # the first batch of a size pays for warming up
            return
        self._measured = 0
        per_row = seconds / rows
        if self._best is not None and per_row > self._best * _WORTH_IT:
            self._rows = max(1, self._rows // 2)
            self._settled = True
            return
        self._best = per_row
        if self._rows * 2 <= self._largest:
            self._rows *= 2
        else:
            self._settled = True

    def note_out_of_memory(self, rows: int) -> None:
        """Learn that so many rows do not fit the memory: half as many from now on."""
        self._rows = max(1, min(self._rows, rows // 2))
        self._settled = True

    def watched(self, forward: Forward) -> Forward:
        """The same function; a batch for which memory runs out halves those that follow."""

        def run(prepared: Sequence[Any]) -> Sequence[Any] | npt.NDArray[Any]:
            try:
                return forward(prepared)
            except Exception as error:
                if _is_out_of_memory(error):
                    self.note_out_of_memory(len(prepared))
                raise

        return run


def _is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out; every backend has its own way to say so."""
    said = f"{type(error).__name__} {error}".lower()
    return isinstance(error, MemoryError) or any(sign in said for sign in _OUT_OF_MEMORY)


def batches(chunks: Iterator[Chunk], size: BatchSize, model: Lookahead) -> Iterator[Chunk]:
    """The same rows in chunks of the size that is right at the time.

    A model that has nothing to do is given what there is, and the last rows are shared out among
    its workers.
    """
    return regrouped(
        chunks,
        lambda: size.rows,
        is_urgent=lambda: model.is_idle and not size.is_asked_for,
        at_the_end=lambda rows: rows if size.is_asked_for else math.ceil(rows / model.workers),
    )


def regrouped(
    chunks: Iterator[Chunk],
    wanted: Callable[[], int],
    *,
    is_urgent: Callable[[], bool],
    at_the_end: Callable[[int], int] = lambda rows: rows,
) -> Iterator[Chunk]:
    """The same rows in chunks of another size.

    If the chunks end in an error, the rows in front of it are still given.

    Args:
        chunks: the rows.
        wanted: how many rows the next chunk shall have at most.
        is_urgent: whether to give what there is, though it is fewer.
        at_the_end: how many rows to give at once of those that are left in the end.
    """
    waiting: list[Chunk] = []
    rows = 0
    failure: Exception | None = None
    try:
        for chunk in chunks:
            waiting.append(chunk)
            rows += len(chunk)
            while rows >= (taken := wanted()) or (rows and is_urgent()):
                together = Chunk.joined(waiting)
                yield together.slice(0, taken)
                rows = max(0, rows - taken)
                waiting = [together.slice(taken, len(together))] if rows else []
    except Exception as error:  # noqa: BLE001 (raised again below, behind the rows that came first)
        failure = error
    if rows:
        yield from Chunk.joined(waiting).pieces(min(wanted(), at_the_end(rows)))
    if failure is not None:
        raise failure


def measured(work: Work, size: BatchSize) -> Work:
    """The same work, whose time teaches the batch size."""

    def run(chunk: Chunk) -> Outcome:
        started = time.perf_counter()
        outcome = work(chunk)
        size.note(len(chunk), time.perf_counter() - started, size_of(chunk))
        return outcome

    return run
