"""Take the first rows before the work on them, not after it."""

from __future__ import annotations

from towhee.plan.plan import Plan
from towhee.plan.step import Head, Map, Rename, Select, Step


def push_head(plan: Plan) -> Plan:
    """Move each ``Head`` in front of the steps before it that keep one row for one row.

    With ``on_error="skip"`` a map may lose rows, and ``head(5)`` means five that came through,
    so nothing moves.
    """
    if plan.options.on_error == "skip":
        return plan
    steps: list[Step] = []
    for step in plan.steps:
        place = len(steps)
        if isinstance(step, Head):
            while place and isinstance(steps[place - 1], (Map, Select, Rename)):
                place -= 1
        steps.insert(place, step)
    return plan.with_steps(tuple(steps))
