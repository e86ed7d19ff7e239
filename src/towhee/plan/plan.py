"""``Plan``: what is to be done with which rows. It does nothing itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from towhee.plan.options import Options
from towhee.plan.source import Join, Shared, Source
from towhee.plan.step import (
    Batch,
    Columns,
    DropEmpty,
    FillEmpty,
    Flatten,
    GroupBy,
    Rolling,
    Safe,
    Step,
    Windows,
)


@dataclass(frozen=True)  # without slots, so that it can be weakly referenced
class Plan:
    """A source, the steps that its rows go through, and the options of the run.

    Attributes:
        source: where the rows come from.
        steps: what happens to them, in order.
        options: how to run it.
        columns: the columns of the rows that come out, ``None`` if known only when it runs.
    """

    source: Source
    steps: tuple[Step, ...] = ()
    options: Options = field(default_factory=Options)
    columns: Columns = None

    @classmethod
    def of(cls, source: Source, options: Options | None = None) -> Plan:
        """The plan that gives the source's rows as they are."""
        return cls(source, (), options or Options(), source.columns)

    def then(self, step: Step) -> Plan:
        """This plan and one more step; raises for a column that cannot be there."""
        columns = step.columns_after(self.columns)
        return replace(self, steps=(*self.steps, step), columns=columns)

    def with_steps(self, steps: tuple[Step, ...]) -> Plan:
        """This plan with other steps, as a rewriting pass makes it."""
        plan = Plan.of(self.source, self.options)
        for step in steps:
            plan = plan.then(step)
        return plan

    def with_options(self, **changes: Any) -> Plan:
        """This plan run in another way."""
        return replace(self, options=self.options.with_(**changes))

    def plans_of_run(self) -> Iterator[Plan]:
        """This plan and those that are carried out in one run with it, each once."""
        seen: set[int] = set()
        waiting: list[Plan] = [self]
        while waiting:
            plan = waiting.pop(0)
            if id(plan) not in seen:
                seen.add(id(plan))
                yield plan
                if isinstance(plan.source, (Join, Shared)):
                    waiting += plan.source.read_plans

    @property
    def is_safe(self) -> bool:
        """Whether its elements are ``Some`` and ``Empty``."""
        return safe_after(self.steps)

    @property
    def most_rows(self) -> int | None:
        """The number of its rows, or more; ``None`` where it is not known before it runs."""
        grows = any(isinstance(step, (Flatten, Rolling, Windows)) for step in self.steps)
        return None if grows else self.source.length

    @property
    def is_stream(self) -> bool:
        """Whether its rows can be read only once."""
        return self.source.is_stream


def safe_after(steps: tuple[Step, ...], safe: bool = False) -> bool:
    """Whether elements are options behind these steps; lists of options are not."""
    for step in steps:
        if isinstance(step, Safe):
            safe = True
        elif isinstance(step, (FillEmpty, DropEmpty, Batch, Rolling, GroupBy)):
            safe = False
    return safe
