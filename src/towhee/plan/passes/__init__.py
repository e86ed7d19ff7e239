"""Rewriting passes: each a pure function from plan to plan, in a file of its own."""

from towhee.plan.passes.cached import cached
from towhee.plan.passes.drop_columns import drop_columns
from towhee.plan.passes.lazy_generators import lazy_generators
from towhee.plan.passes.push_head import push_head
from towhee.plan.passes.split_models import split_models
from towhee.plan.plan import Plan

__all__ = [
    "cached",
    "drop_columns",
    "lazy_generators",
    "push_head",
    "rewrite",
    "split_models",
]


def rewrite(plan: Plan) -> Plan:
    """The plan as the engine runs it: less work, the same rows."""
    return drop_columns(lazy_generators(split_models(cached(push_head(plan)))))
