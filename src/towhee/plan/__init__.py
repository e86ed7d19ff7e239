"""What is to be done: immutable steps over named columns, and passes that rewrite them."""

from towhee.plan.explain import explain
from towhee.plan.options import Options
from towhee.plan.plan import Plan

__all__ = ["Options", "Plan", "explain"]
