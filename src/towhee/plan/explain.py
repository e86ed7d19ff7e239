"""A plan in words."""

from __future__ import annotations

from towhee.plan.passes import rewrite
from towhee.plan.plan import Plan
from towhee.plan.stage import Stage, stages
from towhee.plan.step import VALUE, Columns, Filter, Map, Step

_PLACES = {
    "inline": "where the rows are read",
    "threads": "in threads",
    "model": "in batches",
}


def explain(plan: Plan) -> str:
    """What the plan does, step by step, and in which stages it will run.

    Example:
        >>> from towhee.plan.source import Values
        >>> print(explain(Plan.of(Values(range(3))).then(Map(str))))
        values(range(0, 3))
          map(str)
        runs as
          1. where the rows are read: map(str)
    """
    lines = _logical(plan, set())
    members = [*plan.plans_of_run()][::-1]  # what is read comes first
    cut = [stage for each in members for stage in stages(rewrite(each))]
    if cut:
        lines.append("runs as")
        lines += [f"  {number}. {_stage_line(stage)}" for number, stage in enumerate(cut, 1)]
    if plan.options.engine == "ray":
        address = plan.options.cluster.address
        lines.append("runs on Ray" if address is None else f"runs on Ray at {address}")
    if plan.options.cache is not None:
        lines.append(f"results of models are kept in {plan.options.cache}")
    if plan.options.on_error != "raise":
        lines.append(f"a failing row: {plan.options.on_error}")
    return "\n".join(lines)


def _logical(plan: Plan, seen: set[int]) -> list[str]:
    lines = [plan.source.label]
    for inner in plan.source.read_plans:
        if id(inner) not in seen:
            seen.add(id(inner))
            lines += [f"    {line}" for line in _logical(inner, seen)]
    return lines + [f"  {step.label}{_columns(step)}" for step in plan.steps]


def _columns(step: Step) -> str:
    if not isinstance(step, (Map, Filter)) or step.inputs is None:
        return ""
    outputs = step.outputs if isinstance(step, Map) else None
    return f"  [{_names(step.inputs)}{' -> ' + _names(outputs) if outputs else ''}]"


def _names(columns: Columns) -> str:
    return ", ".join(name for name in columns or () if name != VALUE)


def _stage_line(stage: Stage) -> str:
    return f"{_PLACES[stage.placement]}: {stage.label}"
