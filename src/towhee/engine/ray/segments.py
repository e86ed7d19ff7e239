"""Cut a plan into what workers do, row by row, and what is done where the rows come together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from towhee.engine.local.job import is_model
from towhee.operators.base import OperatorRef
from towhee.plan.plan import Plan, safe_after
from towhee.plan.stage import Stage, stages
from towhee.plan.step import (
    Drop,
    DropEmpty,
    Explode,
    FillEmpty,
    Flatten,
    Map,
    Rename,
    Safe,
    Select,
    Step,
)

_ROWS_ALONE = (Flatten, Safe, FillEmpty)
_LIGHT = (Drop, Explode, Rename, Select)


@dataclass(frozen=True, slots=True)
class Segment:
    """Successive stages of a plan.

    Attributes:
        stages: the stages.
        safe: whether the elements in front of them are options.
        is_distributed: whether workers carry them out.
    """

    stages: tuple[Stage, ...]
    safe: bool
    is_distributed: bool

    @property
    def safe_behind(self) -> bool:
        """Whether the elements behind them are options."""
        safe = self.safe
        for stage in self.stages:
            safe = safe_after(stage.steps, safe)
        return safe


def segments(plan: Plan) -> Iterator[Segment]:
    """The plan in segments, as long as they can be.

    A step that looks at one row goes to the workers. One that needs the rows' order, all of them
    or the caller's own memory (heads, windows, groups, samples, searches, a callback) is carried
    out where the rows come together; so is one that only takes columns away.
    """
    waiting: list[Stage] = []
    safe = start = False
    for stage in _by_place(stages(plan)):
        if _looks_at_one_row(stage) and not _holds_what_is_the_callers(stage.steps[0]):
            waiting.append(stage)
        else:
            if waiting:
                yield _segment(waiting, start)
            yield Segment((stage,), safe, is_distributed=False)
            waiting = []
        safe = safe_after(stage.steps, safe)
        if not waiting:
            start = safe
    if waiting:
        yield _segment(waiting, start)


def _by_place(whole: Iterable[Stage]) -> Iterator[Stage]:
    """The stages cut where a step begins, or ends, that is carried out beside the caller."""
    for stage in whole:
        for _, steps in groupby(stage.steps, _holds_what_is_the_callers):
            yield replace(stage, steps=tuple(steps))


def _holds_what_is_the_callers(step: Step) -> bool:
    """Whether its operator has data of the caller's: a collection to search, an open store."""
    if not isinstance(step, Map):
        return False
    target = step.operator.resolve() if isinstance(step.operator, OperatorRef) else step.operator
    return getattr(target, "is_shared", True) is False


def _segment(waiting: list[Stage], safe: bool) -> Segment:
    is_work = not all(isinstance(step, _LIGHT) for stage in waiting for step in stage.steps)
    return Segment(tuple(waiting), safe, is_distributed=is_work)


def _looks_at_one_row(stage: Stage) -> bool:
    if not stage.whole:
        return True
    (step,) = stage.steps
    return isinstance(step, _ROWS_ALONE) or (isinstance(step, DropEmpty) and step.callback is None)


def crews(segment: Segment, models_apart: bool) -> Iterator[Segment]:
    """The segment in parts of which each has workers of its own.

    Where models run on the processors, one worker decodes and calls the model: nothing is copied
    in between, and whichever has work takes the processor. On GPUs, workers without one decode
    for those that have one.
    """
    waiting: list[Stage] = []
    start = safe = segment.safe
    for stage in segment.stages:
        is_apart = models_apart and (is_model(stage) or (waiting and is_model(waiting[0])))
        joins = not is_apart or (not is_model(stage) and _is_light(stage))
        if waiting and not joins:
            yield Segment(tuple(waiting), start, is_distributed=True)
            waiting, start = [], safe
        waiting.append(stage)
        safe = safe_after(stage.steps, safe)
    yield Segment(tuple(waiting), start, is_distributed=True)


def _is_light(stage: Stage) -> bool:
    return not stage.whole and all(isinstance(step, _LIGHT) for step in stage.steps)
