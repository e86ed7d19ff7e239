"""Stages: runs of neighbouring steps that are carried out in one place."""

from __future__ import annotations

from dataclasses import dataclass

from towhee.operators.base import Placement
from towhee.plan.cache_step import Lookup, Store
from towhee.plan.plan import Plan
from towhee.plan.step import Drop, Explode, Filter, Map, Rename, Select, Step

_ROW_STEPS = (Map, Filter, Select, Rename, Drop, Explode, Lookup, Store)


@dataclass(frozen=True, slots=True)
class Stage:
    """Neighbouring steps of one placement; ``whole`` if it must see the stream, not only a row."""

    placement: Placement
    steps: tuple[Step, ...]
    whole: bool = False
    workers: int | None = None

    @property
    def label(self) -> str:
        """Its steps, as a chain shows them."""
        return " | ".join(step.label for step in self.steps)


def stages(plan: Plan) -> tuple[Stage, ...]:
    """The plan's steps, cut where the place that runs them changes.

    Cheap row functions between two threaded steps run in the threads with them; those in
    front of, or behind, a threaded run stay where the rows are pulled.
    """
    cut: list[Stage] = []
    for step in plan.steps:
        stage = _stage_of(step, plan)
        last = cut[-1] if cut else None
        if last is not None and not last.whole and not stage.whole:
            joins_threads = last.placement == "threads" and isinstance(step, (Select, Rename, Drop))
            same = last.placement == stage.placement != "model" and last.workers == stage.workers
            if joins_threads or same:
                cut[-1] = Stage(last.placement, (*last.steps, step), workers=last.workers)
                continue
        cut.append(stage)
    return tuple(cut)


def _stage_of(step: Step, plan: Plan) -> Stage:
    if not isinstance(step, _ROW_STEPS):
        return Stage("inline", (step,), whole=True)
    placement: Placement = step.placement if isinstance(step, Map) else "inline"
    if isinstance(step, Lookup):  # it reads files
        placement = "threads"
    workers = step.workers if isinstance(step, Map) else None
    if (
        placement == "inline"
        and plan.options.parallel_functions
        and isinstance(step, (Map, Filter))
    ):
        placement = "threads"
    return Stage(placement, (step,), workers=workers)
