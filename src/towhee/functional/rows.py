"""The rows of a collection once they are computed, with their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from towhee.engine import run
from towhee.plan.plan import Plan
from towhee.plan.source import Source, Values
from towhee.plan.step import VALUE, Explode, Safe


@dataclass(slots=True)
class Rows:
    """Elements and keys in memory.

    Attributes:
        elements: what a user sees of each row.
        keys: the rows' keys, of the same length.
    """

    elements: list[Any] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, plan: Plan) -> Rows:
        """Run the plan to its end."""
        rows = cls()
        for _ in rows.filled_by(plan):
            pass
        return rows

    def filled_by(self, plan: Plan, then: Callable[[Rows], None] | None = None) -> Iterator[Any]:
        """Run the plan, give each element, keep it; at the end, call ``then``."""
        for chunk in run(plan):
            elements = chunk.elements()
            self.elements.extend(elements)
            self.keys.extend(chunk.keys)
            yield from elements
        if then is not None:
            then(self)

    def plan(self, origin: Plan) -> Plan:
        """A plan that starts from these rows instead of computing them as ``origin`` does."""
        return restarted(Values(self.elements, self.keys), origin)


def restarted(source: Source, origin: Plan) -> Plan:
    """A plan over the elements that ``origin`` gives, as ``source`` has them.

    Options are seen as bare values by the steps behind it, and entities as rows of columns.
    """
    plan = Plan.of(source, origin.options)
    if origin.is_safe:
        plan = plan.then(Safe())
    if origin.columns != (VALUE,):
        plan = plan.then(Explode(origin.columns))
    return plan


def elements(plan: Plan) -> Iterator[Any]:
    """The elements of the rows that a plan gives, as they are computed."""
    for chunk in run(plan):
        yield from chunk.elements()
