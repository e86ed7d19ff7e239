"""The report of the last run of each plan, for as long as somebody has the plan."""

from __future__ import annotations

import weakref

from towhee.engine.report import RunReport
from towhee.plan.plan import Plan

# By identity: a plan may hold values without a hash, and an equal one is another.
_reports: dict[int, tuple[weakref.ref[Plan], RunReport]] = {}


def note_run(plan: Plan, report: RunReport) -> None:
    """Make the report that of the plan's last run."""
    number = id(plan)
    _reports[number] = (weakref.ref(plan, lambda _: _reports.pop(number, None)), report)


def last_run(plan: Plan) -> RunReport | None:
    """The report of the plan's last run in this process, ``None`` if it was not run."""
    plan_and_report = _reports.get(id(plan))
    return None if plan_and_report is None else plan_and_report[1]
