"""How a plan runs."""

from __future__ import annotations

from collections.abc import Generator

from towhee.engine.chunk import Chunk
from towhee.engine.history import note_run
from towhee.engine.local.engine import run as run_locally
from towhee.engine.operators import Operators
from towhee.engine.ray.workplace import is_worker
from towhee.engine.report import RunReport
from towhee.models.machine import cores
from towhee.plan.plan import Plan
from towhee.plan.source import Source

__all__ = ["Chunk", "run"]


def run(
    plan: Plan,
    argument: Source | None = None,
    *,
    on_behalf_of: Plan | None = None,
    report: RunReport | None = None,
    operators: Operators | None = None,
) -> Generator[Chunk, None, None]:
    """The chunks of rows that the plan gives, on the engine that its options name.

    Args:
        plan: what is to be done.
        argument: the values that stand for the plan's arguments; each row is a call.
        on_behalf_of: whose run it is, where the plan is made for it; ``explain(analyze=True)``
            of that one tells about it.
        report: is told what is done; a new one if not given.
        operators: those of a function that is called again; made for this run if not given.
    """
    report = report or RunReport(cores())
    note_run(on_behalf_of or plan, report)
    if plan.options.engine == "ray" and not is_worker():
        from towhee.engine.ray.engine import run as run_on_ray  # here, as few have Ray

        return run_on_ray(plan, report, argument, operators)
    return run_locally(plan, report, argument, operators)
