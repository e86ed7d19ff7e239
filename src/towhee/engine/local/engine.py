"""The local engine: a plan becomes a chain of generators over chunks.

Whoever asks for the next chunk does the cheap work; reading, decoding and preparing run ahead
of it in a pool of threads, in which the batches of a model take their turn. All ends with the
generator: exhausted, closed, or left by an exception, it waits for its threads and lets go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import replace

from towhee.engine.chunk import Chunk
from towhee.engine.closing import closed_by
from towhee.engine.local.job import Job
from towhee.engine.local.joined import joined
from towhee.engine.local.lowering import LOWERED, Work
from towhee.engine.local.sources import ReadSize, read
from towhee.engine.local.whole_stage import WholeStage, as_options
from towhee.engine.operators import Operators
from towhee.engine.report import RunReport
from towhee.models.machine import cores
from towhee.plan.options import OnError
from towhee.plan.plan import Plan, safe_after
from towhee.plan.source import Argument, Join, Shared, Source
from towhee.plan.stage import stages


def run(
    plan: Plan,
    report: RunReport | None = None,
    argument: Source | None = None,
    operators: Operators | None = None,
) -> Generator[Chunk, None, None]:
    """The chunks of rows that the plan gives, computed as they are asked for.

    Args:
        plan: what is to be done.
        report: is told what each stage does.
        argument: the values that stand for the plan's arguments; each row is a call.
        operators: those that were made before; new ones if not given.

    Raises:
        OperatorError: for the first failing row, under ``on_error="raise"``, after the rows in
            front of it were given.
    """
    report = report or RunReport(cores())
    with contextlib.ExitStack() as resources:
        resources.callback(report.stop)
        report.start()
        job = Job.of(plan, argument, report, resources, operators or Operators())
        yield from _rows(plan, job)


def _rows(given: Plan, job: Job) -> Generator[Chunk, None, None]:
    """The rows of a plan, which may be one of those that the job's plan is joined from."""
    plan = job.rewritten(given)
    if isinstance(plan.source, Argument) and job.argument is not None:
        plan = replace(plan, source=job.argument)
    with contextlib.ExitStack() as resources:
        size = ReadSize(plan.options.memory_limit)
        told = job.report.stage(plan.source.label, "source")
        chunks = size.noted(told.pulled(closed_by(resources, _read(plan, job, size, resources))))
        safe = False
        for stage in stages(plan):
            told = job.report.stage(stage.label, stage.placement)
            if stage.whole:
                whole = WholeStage(stage, plan, job.operators, job.calls, safe)
                chunks = told.pulled(closed_by(resources, whole.rows(told.given(chunks))))
                safe = safe_after(stage.steps, safe)
                continue
            on_error: OnError = "keep" if safe else plan.options.on_error
            work = Work(stage, plan, job.operators, on_error, job.threads, told)
            chunks = closed_by(resources, LOWERED[stage.placement](work, chunks))
            if stage.placement == "inline":
                chunks = size.noted(chunks)
        job.report.opened()
        for chunk in chunks:
            if len(chunk):
                yield as_options(chunk) if safe else chunk


def _read(plan: Plan, job: Job, size: ReadSize, resources: contextlib.ExitStack) -> Iterator[Chunk]:
    def inner(plan: Plan) -> Generator[Chunk, None, None]:
        return _rows(plan, job)

    if isinstance(plan.source, Shared):
        return job.shared(plan.source.plan, inner)
    if isinstance(plan.source, Join):
        parts = [closed_by(resources, inner(each)) for each in plan.source.plans]
        return joined(plan.source, parts, size, job.calls)
    return read(plan.source, run, size)
