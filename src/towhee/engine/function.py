"""A plan as a function: one value in, one value out, or many of each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from towhee.engine import run
from towhee.engine.local.calls import by_call
from towhee.engine.operators import Operators
from towhee.engine.straight import Straight, element, goes_straight
from towhee.errors import UsageError
from towhee.operators.base import ModelOperator
from towhee.plan.plan import Plan
from towhee.plan.source import Argument, Values
from towhee.plan.step import (
    Drop,
    DropEmpty,
    Explode,
    FillEmpty,
    Filter,
    Flatten,
    Map,
    Rename,
    Safe,
    Select,
)

_ROW_FOR_ROW = (Map, Safe, Select, Rename, Drop, Explode)
_EACH_ON_ITS_OWN = (*_ROW_FOR_ROW, Filter, Flatten, FillEmpty, DropEmpty)


class PlanFunction:
    """Call a plan that starts from an ``Argument``.

    One value goes straight through the operators, with no chunk and no queue in between;
    several go through the engine.

    Raises:
        UsageError: if the plan starts from anything else.
    """

    def __init__(self, plan: Plan) -> None:
        if not isinstance(plan.source, Argument):
            raise UsageError(f"a chain over {plan.source.label} is no function of an argument")
        self.plan = plan
        (self._argument,) = plan.source.names
        self._operators = Operators()
        self._goes_straight = goes_straight(plan)
        self._straight: Straight | None = None

    @property
    def input_count(self) -> int:
        """How many values a call takes."""
        return 1

    @property
    def input_names(self) -> tuple[str, ...]:
        """The columns of a call's values."""
        return (self._argument,)

    def with_options(self, **changes: Any) -> PlanFunction:
        """The same function, whose runs have other options."""
        return PlanFunction(self.plan.with_options(**changes))

    def preload(self) -> None:
        """Make the operators and load their weights now, not at the first call."""
        if self._goes_straight:
            if self._straight is None:
                self._straight = Straight(self.plan, self._operators)
            self._straight.load()
            return
        for step in self.plan.steps:
            if isinstance(step, Map):
                operator = self._operators.get(step.operator)
                if isinstance(operator, ModelOperator):
                    operator.load()

    def __call__(self, value: Any) -> Any:
        """The result for one value: the element, or a list if the steps give several or none."""
        if not self._goes_straight:
            results = self.batch([value])
            return results[0] if self._keeps_rows and len(results) == 1 else results
        if self._straight is None:
            self.preload()
            assert self._straight is not None
        row = self._straight({self._argument: value}, _key(value))
        if row is None:
            return []
        return element(row) if self._keeps_rows else [element(row)]

    def batch(self, values: Sequence[Any]) -> list[Any]:
        """The results for several values, which go through the models together."""
        return list(self.stream(values))

    def each(self, values: Sequence[Any]) -> list[Any]:
        """What a call with each of the values gives, computed together.

        In contrast to ``batch`` there is one result for each value, whatever the steps make of
        it: under ``on_error="keep"`` a ``Failure`` stands for one that failed.
        """
        if not all(isinstance(step, _EACH_ON_ITS_OWN) for step in self.plan.steps):
            return [self(value) for value in values]
        rows: list[list[Any]] = [[] for _ in values]
        source = Values(values, range(len(values)), (self._argument,))
        for chunk in run(self.plan, source, operators=self._operators):
            for call, some in by_call(chunk):
                rows[call].extend(some.elements())
        if not self._keeps_rows:
            return rows
        return [found[0] if len(found) == 1 else found for found in rows]

    def stream(self, values: Sequence[Any]) -> Iterator[Any]:
        """The results for several values, as they come."""
        keys = [_key(value, place) for place, value in enumerate(values)]
        source = Values(values, keys, (self._argument,))
        for chunk in run(self.plan, source, operators=self._operators):
            yield from chunk.elements()

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy makes operators of its own: sessions and locks are of this process."""
        return (type(self), (self.plan,))

    @property
    def _keeps_rows(self) -> bool:
        return all(isinstance(step, _ROW_FOR_ROW) for step in self.plan.steps)


def _key(value: Any, place: object = "the argument") -> Any:
    return os.fspath(value) if isinstance(value, (str, os.PathLike)) else place
