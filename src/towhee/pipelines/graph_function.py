"""A graph as a function: a value for each input in; a value, an entity or a list of them out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.builder.callable_pipe import CallablePipe
from towhee.errors import OperatorError, UsageError
from towhee.functional.result import Result
from towhee.plan.plan import Plan
from towhee.types import Entity, Failure


class GraphFunction:
    """Call a pipe for its results, not for a queue of rows.

    A row of one column is its value, a row of several an ``Entity``. Where a call may give many
    rows (of a ``flat_map``, or windows), the result is the list of them.

    Args:
        pipe: the graph.
    """

    def __init__(self, pipe: CallablePipe) -> None:
        self._pipe = pipe

    @property
    def input_count(self) -> int:
        """How many values a call takes."""
        return len(self._pipe.graph.arguments)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The columns of a call's values, in their order."""
        return tuple(column.name for column in self._pipe.graph.arguments)

    @property
    def plan(self) -> Plan:
        """What a call does."""
        return self._pipe.plan

    def with_options(self, **changes: Any) -> GraphFunction:
        """The same function, whose runs have other options."""
        return GraphFunction(CallablePipe(self._pipe.graph, self._pipe.options.with_(**changes)))

    def preload(self) -> None:
        """Make the operators and load their weights now, not at the first call."""
        self._pipe.preload()

    def __call__(self, *values: Any) -> Any:
        """The result for a value of each input."""
        return self._shaped(self._pipe(*values))

    def batch(self, values: Sequence[Any]) -> list[Any]:
        """The results for several calls, which go through the models together.

        Args:
            values: one for each call; a tuple of values where there are several inputs.
        """
        if self._pipe.options.on_error == "raise":
            return [self._shaped(result) for result in self._pipe.batch(values)]
        raising = self.with_options(on_error="raise")
        results = raising._apart(list(enumerate(values)))
        if self._pipe.options.on_error == "keep":
            return results
        return [result for result in results if not isinstance(result, Failure)]

    def _apart(self, calls: list[tuple[int, Any]]) -> list[Any]:
        """The results of calls; where they fail together, halves are tried until one is alone."""
        if not calls:
            return []
        try:
            return self.batch([value for _, value in calls])
        except OperatorError as error:
            if len(calls) > 1:
                middle = len(calls) // 2
                return self._apart(calls[:middle]) + self._apart(calls[middle:])
            ((place, value),) = calls
            is_path = isinstance(value, (str, os.PathLike))
            key = os.fspath(value) if is_path else place
            return [Failure(key, error.operator, value, error.__cause__ or error)]

    def _shaped(self, result: Result) -> Any:
        names = result.schema
        if not names:
            raise UsageError("this pipe has no output, so a call of it gives nothing")
        rows = result.to_list()
        shaped = [row[0] if len(names) == 1 else _entity(names, row) for row in rows]
        if not self._pipe.has_one_row:
            return shaped
        return shaped[0] if shaped else None


def _entity(names: Sequence[str], row: Sequence[Any]) -> Entity:
    return Entity.of(dict(zip(names, row, strict=True)))
