"""Let a generator be read row by row, as it goes, where each of its items becomes a row."""

from __future__ import annotations

from dataclasses import replace

from towhee.plan.plan import Plan
from towhee.plan.step import VALUE, Flatten, Map, Step


def lazy_generators(plan: Plan) -> Plan:
    """Mark each ``Map`` whose one result a ``Flatten`` opens right behind it.

    A generator then needs no memory for all of its items, the first rows are there before the
    last are made, and what it raises is told as the operator's error.
    """
    steps: list[Step] = []
    for step in plan.steps:
        before = steps[-1] if steps else None
        if isinstance(step, Flatten) and isinstance(before, Map):
            written = (VALUE,) if before.outputs is None else before.outputs
            if len(written) == 1 and (step.names or (VALUE,)) == written:
                steps[-1] = replace(before, lazy=True)
                step = replace(step, of=before.operator_label)
        steps.append(step)
    return plan.with_steps(tuple(steps))
