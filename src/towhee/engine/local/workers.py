"""Work on chunks in other threads, in order, with bounded memory.

There are no queues between threads, so nothing can wait for itself: the thread that wants the
next chunk submits tasks ahead of it, as many as the memory limit allows, and takes their
results in order. When it stops asking, nothing more is submitted.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future

from towhee.engine.chunk import Chunk
from towhee.engine.local.size import size_of
from towhee.engine.rows import Outcome

Work = Callable[[Chunk], Outcome]

_TASK_SECONDS = 0.01  # a task shorter than this is mostly bookkeeping
_MOST_ROWS_IN_TASK = 256


def cores() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


class Lookahead:
    """How far to work ahead: enough to keep the workers busy, within a budget of bytes.

    Until a first task has told what a row costs, each worker has one row and no more.
    """

    def __init__(self, workers: int, most_tasks: int, byte_limit: int) -> None:
        self.rows_in_task = 1
        self._workers = workers
        self._most_tasks = most_tasks
        self._byte_limit = byte_limit
        self._bytes_per_row = 0.0

    def note(self, rows: int, size: int, seconds: float) -> None:
        """Learn from a finished task of ``rows`` rows and ``size`` bytes what a row costs."""
        if rows == 0:
            return
        self._bytes_per_row = max(size / rows, 0.8 * self._bytes_per_row, 1.0)
        if seconds < _TASK_SECONDS / 2 and rows >= self.rows_in_task:
            self.rows_in_task = min(self.rows_in_task * 2, _MOST_ROWS_IN_TASK)
        elif seconds > 2 * _TASK_SECONDS:
            self.rows_in_task = max(1, self.rows_in_task // 2)

    def tasks(self) -> int:
        """How many tasks may be under way or waiting to be taken."""
        if not self._bytes_per_row:
            return self._workers
        affordable = int(self._byte_limit / (self._bytes_per_row * self.rows_in_task))
        return max(1, min(self._most_tasks, affordable))


def run_in_threads(
    tasks: Iterator[Chunk], work: Work, executor: Executor, lookahead: Lookahead
) -> Iterator[Chunk]:
    """Each task's chunk after ``work``, done in the executor's threads, in the order of tasks.

    Raises the error of the first failing row after the rows in front of it were given, and an
    error of the tasks' own source after all rows that came before it.
    """
    waiting: deque[Future[Outcome]] = deque()
    source_error: Exception | None = None
    exhausted = False

    def timed(chunk: Chunk) -> Outcome:
        started = time.perf_counter()
        outcome = work(chunk)
        seconds = time.perf_counter() - started
        lookahead.note(len(chunk), max(size_of(chunk), size_of(outcome.chunk)), seconds)
        return outcome

    try:
        while True:
            while not exhausted and len(waiting) < lookahead.tasks():
                try:
                    task = next(tasks, None)
                except Exception as raised:  # noqa: BLE001 (raised below, behind the rows that came before it)
                    source_error, task = raised, None
                if task is None:
                    exhausted = True
                else:
                    waiting.append(executor.submit(timed, task))
            if not waiting:
                break
            outcome = waiting.popleft().result()
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


def _abandon(waiting: deque[Future[Outcome]]) -> None:
    """Cancel what has not begun and wait for what has, so that no thread works on unseen."""
    for future in waiting:
        future.cancel()
    for future in waiting:
        if not future.cancelled():
            future.exception()
