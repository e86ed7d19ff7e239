"""Carry out one stage: where its rows are pulled, in threads, or in batches of a model."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

from towhee.engine.chunk import Chunk
from towhee.engine.local.batching import BatchSize, batches, measured
from towhee.engine.local.by_length import ByLength
from towhee.engine.local.size import size_of
from towhee.engine.local.threads import Threads
from towhee.engine.local.workers import Lookahead, run_in_threads, split
from towhee.engine.operators import Operators
from towhee.engine.report import StageReport
from towhee.engine.rows import RowProgram, ended_by_failure
from towhee.operators.base import Placement, Streams
from towhee.plan.options import OnError
from towhee.plan.plan import Plan
from towhee.plan.stage import Stage
from towhee.plan.step import VALUE, Map

_BATCHES_PER_WORKER = 2  # one batch in the model, one ready behind it
_TASKS_PER_THREAD = 4


@dataclass(frozen=True, slots=True)
class Work:
    """A stage, and what is needed to carry it out."""

    stage: Stage
    plan: Plan
    operators: Operators
    on_error: OnError
    threads: Threads
    report: StageReport


def _inline(work: Work, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    program = RowProgram(work.stage.steps, work.operators, work.on_error)
    return _one_by_one(program, chunks, work.report)


def _one_by_one(
    program: RowProgram, chunks: Iterator[Chunk], report: StageReport
) -> Iterator[Chunk]:
    for chunk in chunks:
        started = time.perf_counter()
        outcome = program.run(chunk)
        report.note(len(chunk), len(outcome.chunk), started, time.perf_counter() - started)
        if len(outcome.chunk):
            yield outcome.chunk
        if outcome.error is not None:
            raise outcome.error


def _in_threads(work: Work, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    crew = work.threads.reading(work.stage.workers or work.plan.options.num_worker)
    work.report.workers = crew.workers
    program = RowProgram(work.stage.steps, work.operators, work.on_error, weigh=size_of)
    limit = work.plan.options.memory_limit
    ahead = Lookahead(crew.workers, _TASKS_PER_THREAD * crew.workers, limit)
    tasks = split(chunks, ahead)
    return run_in_threads(tasks, program.run, crew.executor, ahead, work.report)


def _in_batches(work: Work, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    streams = work.operators.streams(model_of(work.stage).operator)
    crew = work.threads.model(streams)
    work.report.workers = crew.workers
    options = work.plan.options
    rows = work.plan.most_rows
    size = BatchSize(
        options.batch_size,
        options.memory_limit,
        known=streams.batch_size,
        most_rows=rows and math.ceil(rows / crew.workers),
        on_gpu=streams.threads == 0,
    )
    ahead = Lookahead(crew.workers, _BATCHES_PER_WORKER * crew.workers, options.memory_limit)
    if streams.length is not None:
        return _by_length(work, chunks, streams, streams.length, size, crew.executor, ahead)
    forward = size.watched(streams.forward)
    program = RowProgram(work.stage.steps, work.operators, work.on_error, forward)
    tasks = batches(chunks, size, ahead)
    return run_in_threads(tasks, measured(program.run, size), crew.executor, ahead, work.report)


def _by_length(
    work: Work,
    chunks: Iterator[Chunk],
    streams: Streams,
    length: Callable[[object], int],
    size: BatchSize,
    executor: Executor,
    ahead: Lookahead,
) -> Generator[Chunk, None, None]:
    """In batches of like length; failures are kept until the rows are in their order again."""
    step = model_of(work.stage)
    (column,) = step.inputs or (VALUE,)
    program = RowProgram((step,), work.operators, "keep", size.watched(streams.forward))

    def lengths(chunk: Chunk) -> list[int]:
        found = [0] * len(chunk)
        for place in program.places_to_do(chunk):
            found[place] = length(chunk.columns[column][place])
        return found

    sorting = ByLength(lengths, size, streams.usual_length, work.plan.options.memory_limit)
    tasks = sorting.batches(chunks, ahead)
    done = run_in_threads(tasks, program.run, executor, ahead, work.report)
    with contextlib.closing(done):
        for chunk in sorting.restored(done):
            outcome = ended_by_failure(step, chunk, work.on_error)
            if len(outcome.chunk):
                yield outcome.chunk
            if outcome.error is not None:
                raise outcome.error


LOWERED: dict[Placement, Callable[[Work, Iterator[Chunk]], Iterator[Chunk]]] = {
    "inline": _inline,
    "threads": _in_threads,
    "model": _in_batches,
}
"""How a stage of each placement is carried out: the chunks behind it, for those in front of it."""


def model_of(stage: Stage) -> Map:
    """The step of a stage that is a model; such a stage has no other."""
    step = stage.steps[0]
    assert isinstance(step, Map)
    return step
