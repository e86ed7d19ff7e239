"""Let columns go after their last use, so that pictures do not ride along to the end."""

from __future__ import annotations

from towhee.plan.cache_step import Lookup, Store
from towhee.plan.plan import Plan
from towhee.plan.step import VALUE, Drop, Filter, Flatten, Map, Select, Step, Windows


def drop_columns(plan: Plan) -> Plan:
    """Put a ``Drop`` behind the last step that reads a column which the result leaves out.

    Only a ``Select`` at the end tells what the result leaves out, and only steps that name
    what they read can be looked through; the pass stops at any other.
    """
    if not plan.steps or not isinstance(plan.steps[-1], Select):
        return plan
    needed = set(plan.steps[-1].names)
    steps: list[Step] = [plan.steps[-1]]
    remaining = list(plan.steps[:-1])
    columns = [plan.source.columns]
    for step in remaining:
        columns.append(step.columns_after(columns[-1]))
    while remaining:
        step, after = remaining[-1], columns[len(remaining)]
        reads = _columns_read(step)
        if reads is None or after is None:
            break
        unused = tuple(name for name in after if name not in needed and name != VALUE)
        if unused and not isinstance(step, Drop):
            steps.insert(0, Drop(unused))
        if isinstance(step, Map) and step.outputs is not None:
            needed -= set(step.outputs)
        needed |= set(reads)
        steps.insert(0, remaining.pop())
    return plan.with_steps((*remaining, *_without_repeats(steps)))


def _columns_read(step: Step) -> tuple[str, ...] | None:
    """The columns that a step reads, ``None`` if it may read any."""
    if isinstance(step, (Map, Filter, Lookup)):
        return step.inputs
    if isinstance(step, Store):
        return step.outputs
    if isinstance(step, Flatten):
        return step.names or None
    if isinstance(step, Windows):
        return step.reads
    if isinstance(step, Drop):
        return ()
    return None


def _without_repeats(steps: list[Step]) -> list[Step]:
    """The steps with each column dropped once, by the first ``Drop`` that may."""
    kept: list[Step] = []
    dropped: set[str] = set()
    for step in steps:
        if isinstance(step, Map) and step.outputs is not None:
            dropped -= set(step.outputs)
        if isinstance(step, Drop):
            names = tuple(name for name in step.names if name not in dropped)
            dropped |= set(names)
            if names:
                kept.append(Drop(names))
        else:
            kept.append(step)
    return kept
