"""Work on chunks in other threads, in order, with bounded memory.

There are no queues between threads, so nothing can wait for itself: the thread that wants the
next chunk submits tasks ahead of it, as many as the memory limit allows, and takes their
results in order. When it stops asking, nothing more is submitted.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any

from towhee.engine.chunk import Chunk
from towhee.engine.rows import Outcome

Work = Callable[[Chunk], Outcome]

_TASK_SECONDS = 0.01  # a task shorter than this is mostly bookkeeping
_MOST_ROWS_IN_TASK = 256


def cores() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


class Lookahead:
    """How far to work ahead: enough to keep the workers busy, within a budget of bytes."""

    def __init__(self, most_tasks: int, byte_limit: int) -> None:
        self.rows_in_task = 1
        self._most_tasks = most_tasks
        self._byte_limit = byte_limit
        self._bytes_per_row = 0.0

    def note(self, outcome: Outcome, seconds: float) -> None:
        """Learn from a finished task what a row costs."""
        rows = len(outcome.chunk)
        if rows == 0:
            return
        self._bytes_per_row = max(size_of(outcome.chunk) / rows, 0.8 * self._bytes_per_row)
        if seconds < _TASK_SECONDS / 2 and rows >= self.rows_in_task:
            self.rows_in_task = min(self.rows_in_task * 2, _MOST_ROWS_IN_TASK)
        elif seconds > 2 * _TASK_SECONDS:
            self.rows_in_task = max(1, self.rows_in_task // 2)

    def tasks(self) -> int:
        """How many tasks may be under way or waiting to be taken."""
        if not self._bytes_per_row:
            return self._most_tasks
        affordable = int(self._byte_limit / (self._bytes_per_row * self.rows_in_task))
        return max(1, min(self._most_tasks, affordable))


def size_of(chunk: Chunk) -> int:
    """About how many bytes the values of a chunk hold."""
    return sum(_value_size(value) for column in chunk.columns.values() for value in column)


def _value_size(value: Any) -> int:
    size = getattr(value, "nbytes", None)
    if size is not None:
        return int(size)
    if isinstance(value, (bytes, bytearray, str)):
        return len(value)
    if isinstance(value, (list, tuple)):
        return sum(map(_value_size, value))
    return 64


def run_in_threads(
    tasks: Iterator[Chunk], work: Work, executor: Executor, lookahead: Lookahead
) -> Iterator[Chunk]:
    """Each task's chunk after ``work``, done in the executor's threads, in the order of tasks.

    Raises the error of the first failing row after the rows in front of it were given, and an
    error of the tasks' own source after all rows that came before it.
    """
    waiting: deque[Future[tuple[Outcome, float]]] = deque()

    def timed(chunk: Chunk) -> tuple[Outcome, float]:
        started = time.perf_counter()
        outcome = work(chunk)
        return outcome, time.perf_counter() - started

    source_error: Exception | None = None
    exhausted = False
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
            outcome, seconds = waiting.popleft().result()
            lookahead.note(outcome, seconds)
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


def _abandon(waiting: Sequence[Future[Any]]) -> None:
    """Cancel what has not begun and wait for what has, so that no thread works on unseen."""
    for future in waiting:
        future.cancel()
    for future in waiting:
        if not future.cancelled():
            future.exception()
