"""Carry out a step that sees the stream, not a row at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from towhee.engine.chunk import Chunk
from towhee.engine.local.sources import ReadSize
from towhee.engine.local.unfolding import unfold
from towhee.engine.local.whole import transform
from towhee.engine.local.windows import reduced, windows
from towhee.engine.operators import Operators
from towhee.engine.rows import RowProgram
from towhee.plan.options import OnError
from towhee.plan.plan import Plan, safe_after
from towhee.plan.stage import Stage
from towhee.plan.step import VALUE, DropEmpty, FillEmpty, Flatten, Reduce, Windows
from towhee.types import Empty, Some


@dataclass(frozen=True, slots=True)
class WholeStage:
    """A step that sees the stream, ready to be given its rows.

    Attributes:
        stage: the step.
        plan: whose step it is.
        operators: of the run.
        calls: how many calls run together.
        safe: whether the elements in front of it are options.
    """

    stage: Stage
    plan: Plan
    operators: Operators
    calls: int
    safe: bool

    def rows(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The rows behind the step."""
        (step,) = self.stage.steps
        if isinstance(step, Flatten):
            on_error: OnError = "keep" if self.safe else self.plan.options.on_error
            program = RowProgram((step,), self.operators, on_error)
            size = ReadSize(self.plan.options.memory_limit)
            return unfold(step, program, chunks, size, on_error)
        if isinstance(step, Windows):
            return windows(step, chunks)
        if isinstance(step, Reduce):
            return reduced(step, self.operators, chunks, self.calls)
        leaves_safety = self.safe and not safe_after((step,), self.safe)
        if leaves_safety and not isinstance(step, (FillEmpty, DropEmpty)):
            chunks = map(as_options, chunks)  # lists of options, as windows and batches give them
        return transform(step, chunks)


def as_options(chunk: Chunk) -> Chunk:
    """The elements as ``Some``, those that failed as ``Empty``."""
    failures = chunk.failures
    elements = [
        Empty(failures[place].value, failures[place].error) if place in failures else Some(element)
        for place, element in enumerate(chunk.elements())
    ]
    return Chunk({VALUE: elements}, chunk.keys)
