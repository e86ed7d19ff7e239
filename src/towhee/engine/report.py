"""What a run did, stage by stage: rows, times, bytes, batch sizes."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from towhee.engine.chunk import Chunk


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of a stage's work, as a timeline shows it.

    Attributes:
        started: by ``time.perf_counter()``.
        seconds: how long it took.
        thread: the number of the thread that did it.
        rows: how many rows it was given.
    """

    started: float
    seconds: float
    thread: int
    rows: int


@dataclass(slots=True)
class StageReport:
    """What one stage of a run did. Its threads write to it, one field each at a time.

    Attributes:
        label: its steps.
        place: where it ran: ``"source"``, or a placement.
        workers: how many of its tasks could run at once.
        rows_in: rows that it was given.
        rows_out: rows that it gave.
        busy: seconds of work, summed over its workers.
        bytes_in: what its rows held before.
        bytes_out: what they held behind it.
        batch_sizes: how often it was given so many rows at once.
        tasks: its work piece by piece; ``None`` if nobody asked for it.
    """

    label: str
    place: str
    workers: int = 1
    rows_in: int = 0
    rows_out: int = 0
    busy: float = 0.0
    bytes_in: int = 0
    bytes_out: int = 0
    batch_sizes: Counter[int] = field(default_factory=Counter)
    tasks: list[Task] | None = None

    def note(self, rows_in: int, rows_out: int, started: float, seconds: float) -> None:
        """Add one task, which this thread has done."""
        if self.tasks is not None:
            self.tasks.append(Task(started, seconds, threading.get_ident(), rows_in))
        self.rows_in += rows_in
        self.rows_out += rows_out
        self.busy += seconds
        self.batch_sizes[rows_in] += 1

    def pulled(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The same chunks; the time until each is there is work of this stage."""
        while True:
            started = time.perf_counter()
            chunk = next(chunks, None)
            self.busy += time.perf_counter() - started
            if chunk is None:
                return
            self.rows_out += len(chunk)
            yield chunk

    def given(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The same chunks on their way into this stage; the time until they are there is not."""
        while True:
            started = time.perf_counter()
            chunk = next(chunks, None)
            self.busy -= time.perf_counter() - started
            if chunk is None:
                return
            self.rows_in += len(chunk)
            yield chunk


@dataclass(slots=True)
class RunReport:
    """What a run did.

    Attributes:
        cores: the processors that it could use.
        stages: each stage, in the order of the plan.
        opening: seconds until the operators were ready for the first row: models are loaded,
            and measured where that was not done before.
        seconds: from then to the end of the run.
        traced: whether its stages keep their work piece by piece.
        ways: how the models ran that are not kept behind the run, in lines.
    """

    cores: int
    stages: list[StageReport] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    traced: bool = False
    opening: float = 0.0
    seconds: float = 0.0
    _started: float | None = None
    _is_open: bool = False

    def stage(self, label: str, place: str) -> StageReport:
        """The report of one more stage."""
        made = StageReport(label, place, tasks=[] if self.traced else None)
        self.stages.append(made)
        return made

    def start(self) -> None:
        """Begin to count the time."""
        self._started = time.perf_counter()

    def opened(self) -> None:
        """Set ``opening`` to the time since the start, and count anew; later calls do nothing."""
        if self._started is not None and not self._is_open:
            now = time.perf_counter()
            self.opening, self._started = now - self._started, now
            self._is_open = True

    def stop(self) -> None:
        """Set ``seconds`` to the time since then."""
        if self._started is not None:
            self.seconds = time.perf_counter() - self._started

    @property
    def bottleneck(self) -> StageReport | None:
        """The stage that took most of the run: whose workers were busy for the longest part."""
        busy = [stage for stage in self.stages if stage.busy > 0]
        return max(busy, key=lambda stage: stage.busy / stage.workers, default=None)
