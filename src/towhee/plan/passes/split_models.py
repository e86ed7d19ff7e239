"""Prepare a model's inputs in many threads while the model works on the batch before."""

from __future__ import annotations

from dataclasses import replace

from towhee.plan.plan import Plan
from towhee.plan.step import Drop, Map, Step


def split_models(plan: Plan) -> Plan:
    """Make of each model step its ``prepare``, next to the decoding before it, and ``forward``.

    Decoded pictures then never travel: a row leaves the threads as the small array that the
    model takes. What is prepared goes through a column of its own where rows have columns.
    """
    steps: list[Step] = []
    for step in plan.steps:
        if not isinstance(step, Map) or step.role != "call" or not step.is_model:
            steps.append(step)
        elif step.outputs is None:
            steps.append(replace(step, role="prepare", workers=None, found=None))
            steps.append(replace(step, role="forward", inputs=None, given=None))
        else:
            prepared = (f"#{len(steps)}",)
            steps.append(replace(step, role="prepare", outputs=prepared, found=None))
            steps.append(replace(step, role="forward", inputs=prepared, given=None))
            steps.append(Drop(prepared))
    return plan.with_steps(tuple(steps))
