"""The local engine: a plan becomes a chain of generators over chunks.

Whoever asks for the next chunk does the cheap work; reading, decoding and preparing run ahead
of it in a pool of threads, and a model in a thread of its own. Everything ends with the
generator: exhausted, closed, or left by an exception, it waits for its threads and lets go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

from towhee.engine.chunk import Chunk
from towhee.engine.local.batching import BatchSize, batches, measured
from towhee.engine.local.sources import ReadSize, read
from towhee.engine.local.whole import transform
from towhee.engine.local.workers import Lookahead, cores, run_in_threads, split
from towhee.engine.operators import Operators
from towhee.engine.rows import RowProgram
from towhee.plan.options import OnError
from towhee.plan.passes import rewrite
from towhee.plan.plan import Plan, safe_after
from towhee.plan.stage import Stage, stages
from towhee.plan.step import VALUE, DropEmpty, FillEmpty
from towhee.types import Empty, Some

_MODEL_LOOKAHEAD = 2  # one batch in the model, one ready behind it
_TASKS_PER_THREAD = 4


def run(plan: Plan) -> Generator[Chunk, None, None]:
    """The chunks of rows that the plan gives, computed as they are asked for.

    Raises:
        OperatorError: for the first failing row, under ``on_error="raise"``, after the rows in
            front of it were given.
    """
    plan = rewrite(plan)
    with contextlib.ExitStack() as resources:
        size = ReadSize(plan.options.memory_limit)
        chunks = size.noted(_closed_by(resources, read(plan.source, run, size)))
        operators = Operators()
        safe = False
        for stage in stages(plan):
            if stage.whole:
                chunks = _closed_by(resources, _whole(stage, chunks, safe))
                safe = safe_after(stage.steps, safe)
                continue
            on_error: OnError = "keep" if safe else plan.options.on_error
            program = RowProgram(stage.steps, operators, on_error)
            chunks = _closed_by(resources, _lower(stage, plan, program, chunks, resources))
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


def _lower(
    stage: Stage,
    plan: Plan,
    program: RowProgram,
    chunks: Iterator[Chunk],
    resources: contextlib.ExitStack,
) -> Iterator[Chunk]:
    if stage.placement == "inline":
        return _inline(chunks, program)
    limit = plan.options.memory_limit
    if stage.placement == "model":
        size = BatchSize(plan.options.batch_size, limit)
        executor = resources.enter_context(_threads(1, "model"))
        tasks, work = batches(chunks, size), measured(program.run, size)
        return run_in_threads(tasks, work, executor, Lookahead(1, _MODEL_LOOKAHEAD, limit))
    workers = stage.workers or plan.options.num_worker or _reading_threads(plan)
    executor = resources.enter_context(_threads(workers, "reader"))
    ahead = Lookahead(workers, _TASKS_PER_THREAD * workers, limit)
    return run_in_threads(split(chunks, ahead), program.run, executor, ahead)


def _inline(chunks: Iterator[Chunk], program: RowProgram) -> Iterator[Chunk]:
    for chunk in chunks:
        outcome = program.run(chunk)
        if len(outcome.chunk):
            yield outcome.chunk
        if outcome.error is not None:
            raise outcome.error


def _reading_threads(plan: Plan) -> int:
    """All cores, or half of them where a model wants the other half."""
    has_model = any(stage.placement == "model" for stage in stages(plan))
    return max(1, cores() // 2) if has_model else cores()


@contextlib.contextmanager
def _threads(workers: int, name: str) -> Iterator[Executor]:
    executor = ThreadPoolExecutor(workers, thread_name_prefix=f"towhee-{name}")
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _as_options(chunk: Chunk) -> Chunk:
    """The elements as ``Some``, those that failed as ``Empty``."""
    failures = chunk.failures
    elements = [
        Empty(failures[place].value, failures[place].error) if place in failures else Some(element)
        for place, element in enumerate(chunk.elements())
    ]
    return Chunk({VALUE: elements}, chunk.keys)
