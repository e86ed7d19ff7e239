"""The local engine: a plan becomes a chain of generators over chunks.

Whoever asks for the next chunk does the cheap work; reading, decoding and preparing run ahead
of it in a pool of threads, in which the batches of a model take their turn. All ends with the
generator: exhausted, closed, or left by an exception, it waits for its threads and lets go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator

from towhee.engine.chunk import Chunk
from towhee.engine.local.lowering import LOWERED, Work, model_of
from towhee.engine.local.sources import ReadSize, read
from towhee.engine.local.threads import Threads
from towhee.engine.local.whole import transform
from towhee.engine.operators import Operators
from towhee.engine.report import RunReport, StageReport
from towhee.models.machine import cores
from towhee.plan.options import OnError
from towhee.plan.passes import rewrite
from towhee.plan.plan import Plan, safe_after
from towhee.plan.stage import Stage, stages
from towhee.plan.step import VALUE, DropEmpty, FillEmpty
from towhee.types import Empty, Some


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
        told = StageReport(plan.source.label, "source")
        report.stages.append(told)
        rows = _closed_by(resources, read(plan.source, run, size))
        chunks = size.noted(told.pulled(rows))
        operators = Operators()
        cut = stages(plan)
        models = [operators.streams(model_of(stage).operator) for stage in cut if _is_model(stage)]
        threads = Threads(cores(), models, resources)
        safe = False
        for stage in cut:
            told = StageReport(stage.label, stage.placement)
            report.stages.append(told)
            if stage.whole:
                rows = _closed_by(resources, _whole(stage, told.given(chunks), safe))
                chunks = told.pulled(rows)
                safe = safe_after(stage.steps, safe)
                continue
            on_error: OnError = "keep" if safe else plan.options.on_error
            work = Work(stage, plan, operators, on_error, threads, told)
            chunks = _closed_by(resources, LOWERED[stage.placement](work, chunks))
            if stage.placement == "inline":
                chunks = size.noted(chunks)
        report.opened()
        for chunk in chunks:
            if len(chunk):
                yield _as_options(chunk) if safe else chunk


def _is_model(stage: Stage) -> bool:
    return stage.placement == "model" and not stage.whole


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


def _as_options(chunk: Chunk) -> Chunk:
    """The elements as ``Some``, those that failed as ``Empty``."""
    failures = chunk.failures
    elements = [
        Empty(failures[place].value, failures[place].error) if place in failures else Some(element)
        for place, element in enumerate(chunk.elements())
    ]
    return Chunk({VALUE: elements}, chunk.keys)
