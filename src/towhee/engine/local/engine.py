"""The local engine: a plan becomes a chain of generators over chunks.

Whoever asks for the next chunk does the cheap work; reading, decoding and preparing run ahead
of it in a pool of threads, in which the batches of a model take their turn. All ends with the
generator: exhausted, closed, or left by an exception, it waits for its threads and lets go.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from towhee.engine.chunk import Chunk
from towhee.engine.local.batching import BatchSize, batches, measured
from towhee.engine.local.sources import ReadSize, read
from towhee.engine.local.threads import Threads
from towhee.engine.local.whole import transform
from towhee.engine.local.workers import Lookahead, run_in_threads, split
from towhee.engine.operators import Operators
from towhee.engine.report import RunReport, StageReport
from towhee.engine.rows import RowProgram
from towhee.models.machine import cores
from towhee.plan.options import OnError
from towhee.plan.passes import rewrite
from towhee.plan.plan import Plan, safe_after
from towhee.plan.stage import Stage, stages
from towhee.plan.step import VALUE, DropEmpty, FillEmpty, Map
from towhee.types import Empty, Some

_BATCHES_PER_WORKER = 2  # one batch in the model, one ready behind it
_TASKS_PER_THREAD = 4


def run(plan: Plan, report: RunReport | None = None) -> Generator[Chunk, None, None]:
    """The chunks of rows that the plan gives, computed as they are asked for.

    Args:
        plan: what is to be done.
        report: is told what each stage does.

    Raises:
        OperatorError: for the first failing row, under ``on_error="raise"``, after the rows in
            front of it were given.
    """
    plan = rewrite(plan)
    report = report or RunReport(cores())
    with contextlib.ExitStack() as resources:
        resources.callback(report.stop)
        report.start()
        size = ReadSize(plan.options.memory_limit)
        chunks = size.noted(_closed_by(resources, read(plan.source, run, size)))
        operators = Operators()
        cut = stages(plan)
        models = [operators.streams(_model(stage).operator) for stage in cut if _is_model(stage)]
        threads = Threads(cores(), models, resources)
        safe = False
        for stage in cut:
            if stage.whole:
                chunks = _closed_by(resources, _whole(stage, chunks, safe))
                safe = safe_after(stage.steps, safe)
                continue
            on_error: OnError = "keep" if safe else plan.options.on_error
            told = StageReport(stage.label, stage.placement)
            report.stages.append(told)
            lower = _LOWERED[stage.placement]
            work = _Work(stage, plan, operators, on_error, threads, told)
            chunks = _closed_by(resources, lower(work, chunks))
            if stage.placement == "inline":
                chunks = size.noted(chunks)
        for chunk in chunks:
            if len(chunk):
                yield _as_options(chunk) if safe else chunk


def _closed_by(resources: contextlib.ExitStack, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks, whose generator ends with the run and not when it is collected.

    An exception that somebody keeps would keep it, and the runs inside it, alive.
    """
    close = getattr(chunks, "close", None)
    if close is not None:
        resources.callback(close)
    return chunks


def _whole(stage: Stage, chunks: Iterator[Chunk], safe: bool) -> Iterator[Chunk]:
    step = stage.steps[0]
    leaves_safety = safe and not safe_after((step,), safe)
    if leaves_safety and not isinstance(step, (FillEmpty, DropEmpty)):
        chunks = map(_as_options, chunks)  # lists of options, as windows and batches give them
    return transform(step, chunks)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the lowering of a stage needs to know."""

    stage: Stage
    plan: Plan
    operators: Operators
    on_error: OnError
    threads: Threads
    report: StageReport


def _inline(work: _Work, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    program = RowProgram(work.stage.steps, work.operators, work.on_error)
    return _one_by_one(program, chunks, work.report)


def _one_by_one(
    program: RowProgram, chunks: Iterator[Chunk], report: StageReport
) -> Iterator[Chunk]:
    for chunk in chunks:
        started = time.perf_counter()
        outcome = program.run(chunk)
        report.note(len(chunk), len(outcome.chunk), time.perf_counter() - started, 0, 0)
        if len(outcome.chunk):
            yield outcome.chunk
        if outcome.error is not None:
            raise outcome.error


def _in_threads(work: _Work, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    crew = work.threads.reading(work.stage.workers or work.plan.options.num_worker)
    work.report.workers = crew.workers
    program = RowProgram(work.stage.steps, work.operators, work.on_error)
    limit = work.plan.options.memory_limit
    ahead = Lookahead(crew.workers, _TASKS_PER_THREAD * crew.workers, limit)
    tasks = split(chunks, ahead)
    return run_in_threads(tasks, program.run, crew.executor, ahead, work.report)


def _in_batches(work: _Work, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    streams = work.operators.streams(_model(work.stage).operator)
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
    forward = size.watched(streams.forward)
    program = RowProgram(work.stage.steps, work.operators, work.on_error, forward)
    ahead = Lookahead(crew.workers, _BATCHES_PER_WORKER * crew.workers, options.memory_limit)
    tasks = batches(chunks, size, ahead)
    return run_in_threads(tasks, measured(program.run, size), crew.executor, ahead, work.report)


_LOWERED = {"inline": _inline, "threads": _in_threads, "model": _in_batches}


def _is_model(stage: Stage) -> bool:
    return stage.placement == "model" and not stage.whole


def _model(stage: Stage) -> Map:
    """The step of a stage that is a model; such a stage has no other."""
    step = stage.steps[0]
    assert isinstance(step, Map)
    return step


def _as_options(chunk: Chunk) -> Chunk:
    """The elements as ``Some``, those that failed as ``Empty``."""
    failures = chunk.failures
    elements = [
        Empty(failures[place].value, failures[place].error) if place in failures else Some(element)
        for place, element in enumerate(chunk.elements())
    ]
    return Chunk({VALUE: elements}, chunk.keys)
