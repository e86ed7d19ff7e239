"""What a worker does: the stages of a segment, for one piece of the rows after the other.

The stages are carried out by the local engine's own code, so both engines give the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import pickle
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from towhee.engine.chunk import Chunk
from towhee.engine.local.batching import regrouped
from towhee.engine.local.job import is_model
from towhee.engine.local.lowering import LOWERED, Work, model_of
from towhee.engine.local.size import size_of
from towhee.engine.local.threads import Threads
from towhee.engine.local.whole_stage import WholeStage
from towhee.engine.operators import Operators
from towhee.engine.ray.packing import Packed, block, of_block, packed, with_error
from towhee.engine.ray.records import noted
from towhee.engine.ray.segments import Segment
from towhee.engine.ray.workplace import become_worker
from towhee.engine.report import StageReport
from towhee.models.machine import use_cores
from towhee.plan.options import OnError, Options
from towhee.plan.plan import Plan, safe_after
from towhee.plan.source import Argument
from towhee.plan.stage import Stage

USUAL_BATCH = 16
"""What suits a model on a processor, where nothing says otherwise."""

_BATCH_ON_GPU = 128
_ROWS_SENT = 1024  # of a row that becomes many


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to know.

    Attributes:
        segment: what to do.
        first: the place of its first stage among those of the plan's distributed segment.
        options: of the run.
        level: from which on messages are sent back.
    """

    segment: Segment
    first: int
    options: Options
    level: int = logging.WARNING

    @property
    def cores(self) -> int:
        """The threads that the worker may keep busy."""
        return self.options.cluster.cores


class Worker:
    """Carries out a task; its operators are made, and its models loaded, once."""

    def __init__(self, task: Task) -> None:
        become_worker()
        use_cores(task.cores)
        self._task = task
        self._operators = Operators()
        self._resources = contextlib.ExitStack()
        models = [model_of(stage).operator for stage in task.segment.stages if is_model(stage)]
        streams = [self._operators.streams(operator) for operator in models]
        self._ways = tuple(line for each in models for line in self._operators.way(each))
        self._threads = Threads(task.cores, streams, self._resources)

    def close(self) -> None:
        """End its threads."""
        self._resources.close()

    def run(self, given: Packed) -> Iterator[Packed]:
        """What the rows become, in pieces; the last one tells of the work."""
        reports = list(given.reports)
        started = time.perf_counter()
        with noted(self._task.level) as records:
            waiting: Packed | None = None
            error: BaseException | None = None
            try:
                for chunk in self._rows(given.chunk, reports):
                    if waiting is not None:
                        yield waiting
                    waiting = Packed(chunk, given.at, last=False)
            except Exception as raised:  # noqa: BLE001 (the boundary: it is raised by the driver)
                error = raised
            end = replace(
                waiting or Packed(Chunk({}, ()), given.at),
                last=given.last,
                read=given.read,
                error=given.error,
                reports=tuple(reports),
                seconds=given.seconds + time.perf_counter() - started,
                records=(*given.records, *records),
                ways=(*given.ways, *self._ways),
            )
        yield end if error is None else with_error(end, error)

    def _rows(self, given: Chunk, reports: list[tuple[int, StageReport]]) -> Iterator[Chunk]:
        """The rows behind all stages; what they did is added to the reports."""
        segment, options = self._task.segment, self._task.options
        safe, grows = segment.safe, False
        chunks: Iterator[Chunk] = iter([given])
        with contextlib.ExitStack() as open_stages:
            for place, stage in enumerate(segment.stages, self._task.first):
                told = StageReport(stage.label, stage.placement)
                reports.append((place, told))
                if stage.whole:
                    whole = WholeStage(stage, self._plan(stage), self._operators, 1, safe)
                    chunks = told.pulled(whole.rows(told.given(chunks)))
                    grows = True
                else:
                    on_error: OnError = "keep" if safe else options.on_error
                    plan = self._plan(stage)
                    work = Work(stage, plan, self._operators, on_error, self._threads, told)
                    chunks = LOWERED[stage.placement](work, chunks)
                safe = safe_after(stage.steps, safe)
                close = getattr(chunks, "close", None)
                if close is not None:
                    open_stages.callback(close)
            yield from _gathered(chunks, options.memory_limit) if grows else _together(chunks)

    def _plan(self, stage: Stage) -> Plan:
        """A plan with the options under which a stage runs here."""
        options = self._task.options
        if is_model(stage) and options.batch_size is None:
            streams = self._operators.streams(model_of(stage).operator)
            if streams.length is None:  # whose batches are not by their rows
                usual = _BATCH_ON_GPU if streams.threads == 0 else USUAL_BATCH
                options = options.with_(batch_size=streams.batch_size or usual)
        return Plan.of(Argument(), options)


def _together(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """All rows at once; those in front of an error are given before it is raised."""
    return regrouped(chunks, lambda: 2**62, is_urgent=lambda: False)


def _gathered(chunks: Iterator[Chunk], byte_limit: int) -> Iterator[Chunk]:
    """The rows in chunks that are worth sending, and within a share of the memory."""
    size = 1

    def noted_sizes() -> Iterator[Chunk]:
        nonlocal size
        for chunk in chunks:
            if len(chunk):
                size = max(size, size_of(chunk) // len(chunk))
            yield chunk

    def wanted() -> int:
        return max(1, min(_ROWS_SENT, byte_limit // 8 // size))

    return regrouped(noted_sizes(), wanted, is_urgent=lambda: False)


class BrokenWorker:
    """Stands for a worker that could not be made, and says why."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def close(self) -> None:
        """There is nothing to end."""

    def run(self, given: Packed) -> Iterator[Packed]:
        """The error in place of rows."""
        yield with_error(Packed(Chunk({}, ()), given.at, given.last), self._error)


def _made(task: bytes) -> Worker | BrokenWorker:
    """The worker of a task; what its operators raise when they are made is raised by the driver."""
    try:
        made: Task = pickle.loads(task)
        return Worker(made)
    except Exception as error:  # noqa: BLE001 (the boundary: whatever an operator's setup raises)
        return BrokenWorker(error)


class PoolWorker:
    """A worker as an actor of Ray Data, which keeps its models."""

    def __init__(self, task: bytes) -> None:
        self._worker = _made(task)

    def __call__(self, table: Any) -> Iterator[Any]:
        """The blocks that the work on a block gives."""
        yield from _blocks(self._worker, table)


def work(table: Any, task: bytes) -> Iterator[Any]:
    """The same as a function for tasks of Ray Data; a process that has a worker keeps it."""
    yield from _blocks(_kept(hashlib.sha256(task).digest(), task), table)


_KEPT = 4
_workers: OrderedDict[bytes, Worker | BrokenWorker] = OrderedDict()


def _kept(digest: bytes, task: bytes) -> Worker | BrokenWorker:
    worker = _workers.pop(digest, None) or _made(task)
    _workers[digest] = worker
    if len(_workers) > _KEPT:
        _workers.popitem(last=False)[1].close()
    return worker


def _blocks(worker: Worker | BrokenWorker, table: Any) -> Iterator[Any]:
    given = of_block(table)
    if given is None:
        yield table
        return
    for item in worker.run(given):
        try:
            yield block(packed(item))
        except Exception as error:  # noqa: BLE001 (the boundary: it is raised by the driver)
            rest = Packed(Chunk({}, ()), given.at, given.last)
            yield block(packed(with_error(rest, error)))
            return
