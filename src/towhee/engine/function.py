"""A plan as a function: one value in, one value out, or many of each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from towhee.engine import run
from towhee.engine.apply import operator_error
from towhee.engine.operators import Operators
from towhee.errors import UsageError
from towhee.operators.base import ModelOperator
from towhee.plan.plan import Plan
from towhee.plan.source import Argument, Values
from towhee.plan.step import Drop, Explode, Map, Rename, Safe, Select

_ROW_FOR_ROW = (Map, Safe, Select, Rename, Drop, Explode)


class PlanFunction:
    """Call a plan that starts from an ``Argument``.

    One value goes straight through the operators, with no chunk and no thread in between;
    several go through the engine.

    Raises:
        UsageError: if the plan starts from anything else.
    """

    def __init__(self, plan: Plan) -> None:
        if not isinstance(plan.source, Argument):
            raise UsageError(f"a chain over {plan.source.label} is no function of an argument")
        self.plan = plan
        self._source = plan.source
        self._operators = Operators()
        self._calls: list[tuple[Map, Callable[..., Any]]] | None = None
        steps = plan.steps
        self._straight = (
            all(
                isinstance(step, Map) and step.inputs is None and step.outputs is None
                for step in steps
            )
            and plan.options.on_error == "raise"
            and plan.options.cache is None
        )

    def preload(self) -> None:
        """Make the operators and load their weights now, not at the first call."""
        if self._calls is None:
            self._calls = [
                (step, self._operators.get(step.operator))
                for step in self.plan.steps
                if isinstance(step, Map)
            ]
            for _, operator in self._calls:
                if isinstance(operator, ModelOperator):
                    operator.load()

    def __call__(self, value: Any) -> Any:
        """The result for one value: the element, or a list if the steps give several or none."""
        if not self._straight:
            results = self.batch([value])
            return results[0] if self._keeps_rows and len(results) == 1 else results
        if self._calls is None:
            self.preload()
        assert self._calls is not None
        result, step = value, None
        try:
            for step, function in self._calls:  # noqa: B007 (the step at fault is named below)
                result = function(result)
        except Exception as error:  # the boundary: whatever an operator raises names its step
            assert step is not None
            raise operator_error(step, _key(value), result, error) from error
        return result

    def batch(self, values: Sequence[Any]) -> list[Any]:
        """The results for several values, which go through the models together."""
        return list(self.stream(values))

    def stream(self, values: Sequence[Any]) -> Iterator[Any]:
        """The results for several values, as they come."""
        keys = [_key(value, place) for place, value in enumerate(values)]
        source = Values(values, keys, (self._source.name,))
        for chunk in run(replace(self.plan, source=source), on_behalf_of=self.plan):
            yield from chunk.elements()

    @property
    def _keeps_rows(self) -> bool:
        return all(isinstance(step, _ROW_FOR_ROW) for step in self.plan.steps)


def _key(value: Any, place: object = "the argument") -> Any:
    return os.fspath(value) if isinstance(value, (str, os.PathLike)) else place
