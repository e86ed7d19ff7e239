"""Work on chunks in other threads, in order, with bounded memory.

There are no queues between threads, so nothing can wait for itself: the thread that wants the
next chunk submits tasks ahead of it, as many as the memory limit allows, and takes their
results in order. When it stops asking, nothing more is submitted.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

from towhee.engine.chunk import Chunk
from towhee.engine.local.size import size_of
from towhee.engine.report import StageReport
from towhee.engine.rows import Outcome

Work = Callable[[Chunk], Outcome]

_TASK_SECONDS = 0.01  # a task shorter than this is mostly bookkeeping
_MOST_ROWS_IN_TASK = 256
_COPIES = 2.5  # of the heaviest form of a row that a worker holds: decoders and filters copy


class Lookahead:
    """How far to work ahead: enough to keep the workers busy, within a budget of bytes.

    The budget has to hold the rows that wait, the one that the consumer has, and what workers hold
    of a row while they work on it, which is more: between its steps it may be a whole picture.
    Until a first task has told what a row costs, each worker has one row and no more.
    """

    def __init__(self, workers: int, most_tasks: int, byte_limit: int) -> None:
        self._rows = 1
        self.workers = workers
        self._under_way = 0
        self._lock = threading.Lock()
        self._most_tasks = most_tasks
        self._byte_limit = byte_limit
        self._bytes_per_row = 0.0
        self._more_at_work = 0.0  # bytes that a row has under way beside those that it has waiting

    @property
    def is_idle(self) -> bool:
        """Whether the workers have nothing to do, and nothing that waits for them."""
        return self._under_way == 0

    def note_begun(self) -> None:
        """A task was given to the workers."""
        with self._lock:
            self._under_way += 1

    def note_ended(self) -> None:
        """A task is finished, whether it is taken or not."""
        with self._lock:
            self._under_way -= 1

    @property
    def rows_in_task(self) -> int:
        """How many rows to give a task, so that each worker can have two within the budget."""
        if not self._bytes_per_row:
            return 1
        for_each = self.workers * (2 * self._bytes_per_row + self._more_at_work)
        return max(1, min(self._rows, int(self._byte_limit / for_each)))

    def note_size(self, rows: int, size: int, heaviest: int = 0) -> None:
        """Learn what a row weighs from a task that is finished, whether taken or not.

        Args:
            rows: of the task.
            size: the bytes that they have in front of the work or behind it, whichever are more.
            heaviest: the most bytes that they had in between; nothing is known of it if 0.
        """
        self._bytes_per_row = max(size / rows, 0.8 * self._bytes_per_row, 1.0)
        more = max(0.0, _COPIES * heaviest / rows - self._bytes_per_row)
        self._more_at_work = max(more, 0.8 * self._more_at_work)

    def note_time(self, rows: int, seconds: float) -> None:
        """Learn from a task that is taken how many rows make one worth its bookkeeping."""
        if seconds < _TASK_SECONDS / 2 and rows >= self._rows:
            self._rows = min(self._rows * 2, _MOST_ROWS_IN_TASK)
        elif seconds > 2 * _TASK_SECONDS:
            self._rows = max(1, self._rows // 2)

    def has_room(self, tasks: int, rows: int) -> bool:
        """Whether one more task may be under way, beside so many with so many rows in them."""
        if not self._bytes_per_row:
            return tasks < self.workers
        in_task = self.rows_in_task
        at_work = min(tasks + 1, self.workers) * in_task * self._more_at_work
        consumed = 1 if self._more_at_work else 0
        after = (rows + in_task + consumed) * self._bytes_per_row + at_work
        return tasks == 0 or (tasks < self._most_tasks and after <= self._byte_limit)


def run_in_threads(
    tasks: Iterator[Chunk],
    work: Work,
    executor: Executor,
    lookahead: Lookahead,
    report: StageReport,
) -> Generator[Chunk, None, None]:
    """Each task's chunk after ``work``, done in the executor's threads, in the order of tasks.

    Raises the error of the first failing row after the rows in front of it were given, and an
    error of the tasks' own source after all rows that came before it.
    """
    waiting: deque[Future[tuple[Outcome, int, float]]] = deque()
    source_error: Exception | None = None
    exhausted = False
    rows_waiting = 0
    noting = threading.Lock()

    def timed(chunk: Chunk) -> tuple[Outcome, int, float]:
        try:
            started = time.perf_counter()
            outcome = work(chunk)
            seconds = time.perf_counter() - started
        finally:
            lookahead.note_ended()
        before, after = size_of(chunk), size_of(outcome.chunk)
        lookahead.note_size(len(chunk), max(before, after), outcome.heaviest)
        with noting:
            report.note(len(chunk), len(outcome.chunk), started, seconds)
            report.bytes_in += before
            report.bytes_out += after
        return outcome, len(chunk), seconds

    try:
        while True:
            while not exhausted and lookahead.has_room(len(waiting), rows_waiting):
                try:
                    task = next(tasks, None)
                except Exception as raised:  # noqa: BLE001 (raised below, behind the rows that came before it)
                    source_error, task = raised, None
                if task is None:
                    exhausted = True
                else:
                    lookahead.note_begun()
                    waiting.append(executor.submit(timed, task))
                    rows_waiting += len(task)
            if not waiting:
                break
            outcome, rows, seconds = waiting.popleft().result()
            lookahead.note_time(rows, seconds)
            rows_waiting -= rows
            if len(outcome.chunk):
                yield outcome.chunk
            if outcome.error is not None:
                raise outcome.error
        if source_error is not None:
            raise source_error
    finally:
        _abandon(waiting)


def split(chunks: Iterator[Chunk], lookahead: Lookahead) -> Iterator[Chunk]:
    """The same rows in chunks of about the size that makes a task worth its bookkeeping."""
    for chunk in chunks:
        start = 0
        while start < len(chunk):
            stop = start + lookahead.rows_in_task
            yield chunk.slice(start, stop)
            start = stop


def _abandon(waiting: Iterable[Future[Any]]) -> None:
    """Cancel what has not begun and wait for what has, so that no thread works on unseen."""
    for future in waiting:
        future.cancel()
    for future in waiting:
        if not future.cancelled():
            future.exception()
