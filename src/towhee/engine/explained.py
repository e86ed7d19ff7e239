"""A plan in words: what it does, how its models run, and what its last run did."""

from __future__ import annotations

from collections.abc import Iterator

from towhee.engine import run
from towhee.engine.analysis import analysis
from towhee.engine.history import last_run
from towhee.engine.operators import shared_model, told
from towhee.engine.report import RunReport
from towhee.errors import UsageError
from towhee.operators.base import ModelOperator, OperatorRef
from towhee.plan.explain import explain
from towhee.plan.plan import Plan
from towhee.plan.source import Argument
from towhee.plan.step import Map


def explained(plan: Plan, *, analyze: bool = False) -> str:
    """What the plan does, the way that was chosen for its models, and what its last run did.

    Args:
        plan: the plan.
        analyze: whether to tell of the last run; a plan that was not run yet is run for it.

    Raises:
        UsageError: for a plan that was not run, and that cannot be run for the telling.
    """
    report = last_run(plan)
    if analyze and report is None:
        report = _run(plan)
    lines = [explain(plan), *_models(plan)]  # behind the run, in which the way may be chosen
    if report is not None:
        lines += report.ways
    if analyze and report is not None:
        lines += analysis(report)
    return "\n".join(lines)


def _models(plan: Plan) -> Iterator[str]:
    for step in (step for each in plan.plans_of_run() for step in each.steps):
        if isinstance(step, Map) and isinstance(step.operator, OperatorRef):
            model = shared_model(step.operator)
            if isinstance(model, ModelOperator):
                yield from told(step.operator, model)


def _run(plan: Plan) -> RunReport:
    if isinstance(plan.source, Argument):
        raise UsageError("there is no run to tell of yet: call it with a list of inputs first")
    if plan.is_stream:
        raise UsageError(
            "there is no run to tell of yet, and the rows can be read only once: run it first"
        )
    for _ in run(plan):
        pass
    report = last_run(plan)
    assert report is not None
    return report
