"""``CallablePipe``: a closed pipe, which is called like a function."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from towhee.builder.graph import Column, Node
from towhee.builder.lowering import lowered
from towhee.engine import Chunk, run
from towhee.engine.explained import explained
from towhee.engine.local.calls import by_call
from towhee.engine.operators import Operators
from towhee.engine.straight import Straight, goes_straight
from towhee.errors import UsageError
from towhee.functional.result import Result, Row
from towhee.operators.base import ModelOperator
from towhee.plan.options import Options
from towhee.plan.plan import Plan
from towhee.plan.source import Join, Shared, Table
from towhee.plan.step import Filter, Map, Reduce


class CallablePipe:
    """A pipe as a function: one value for each input, a ``Result`` with the rows.

    A row is as long as the longest of its columns needs: a column with fewer rows ends in
    ``Empty()``, and one with a single value has it in every row.

    Attributes:
        plan: what a call does; it is equal to that of the same chain of methods.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        arguments: Sequence[Column],
        outputs: Sequence[Column],
    ) -> None:
        self.plan: Plan = lowered(nodes, arguments, outputs, Options())
        self._inputs = tuple(column.name for column in arguments)
        self._schema = tuple(column.name for column in outputs)
        self._is_single = all(column.rows.single for column in outputs)
        self._operators = Operators()
        self._straight: Straight | None = None

    def preload(self) -> CallablePipe:
        """Make the operators and load their weights now, not at the first call."""
        if goes_straight(self.plan):
            self._straight = Straight(self.plan, self._operators)
        for operator in self._made_operators():
            if isinstance(operator, ModelOperator):
                operator.load()
        return self

    def flush(self) -> None:
        """Call ``flush()`` of those operators that have it, as they gather what they write."""
        for operator in self._made_operators():
            flush = getattr(operator, "flush", None)
            if flush is not None:
                flush()

    def __call__(self, *inputs: Any) -> Result:
        """The rows for one value of each input; it returns when the first row is there.

        The others are computed on, in a thread that ends with them, whether they are read or not.

        Raises:
            OperatorError: if an operator fails before the first row.
            UsageError: for another number of inputs.
        """
        self._check(inputs)
        if self._straight is None:
            return self._streamed(inputs)
        row = self._straight(dict(zip(self._inputs, inputs, strict=True)), 0)
        if row is None or not self._schema:
            return Result(self._schema)
        return Result(self._schema, [[row[name] for name in self._schema]])

    async def acall(self, *inputs: Any) -> Result:
        """The same, while the event loop goes on; it returns when all rows are there.

        Raises:
            OperatorError: if an operator fails.
        """
        return await asyncio.to_thread(self._whole, inputs)

    def batch(self, batch_inputs: Sequence[Any]) -> list[Result]:
        """The results of several calls, which go through the operators and models together.

        Args:
            batch_inputs: a value for each call; a tuple of values where the pipe has several
                inputs.

        Raises:
            OperatorError: for the first call that fails.
            UsageError: for a call with another number of inputs.
        """
        calls = [self._values(each) for each in batch_inputs]
        rows: list[list[Row]] = [[] for _ in calls]
        for call, row in self._rows(calls):
            rows[call].append(row)
        return [Result(self._schema, each) for each in rows]

    def as_function(self) -> Callable[..., Any]:
        """The pipe for use in another: it gives the value, or a tuple where it has several outputs.

        A pipe whose outputs have many rows gives a list of them. ``None`` stands for a row that
        was filtered out.
        """

        def call(*inputs: Any) -> Any:
            rows = self(*inputs).to_list()
            values = [row[0] if len(row) == 1 else tuple(row) for row in rows]
            return values if not self._is_single else values[0] if values else None

        call.__name__ = call.__qualname__ = f"pipe({', '.join(self._inputs)})"
        return call

    def explain(self, *, analyze: bool = False) -> str:
        """What a call does, step by step; with ``analyze`` also what the last one did."""
        return explained(self.plan, analyze=analyze)

    def __repr__(self) -> str:
        return f"<pipe from {', '.join(self._inputs)} to {', '.join(self._schema) or 'nothing'}>"

    def _check(self, inputs: Sequence[Any]) -> None:
        if len(inputs) != len(self._inputs):
            wanted = f"{len(self._inputs)} inputs ({', '.join(self._inputs)})"
            raise UsageError(f"this pipe takes {wanted}, not {len(inputs)}")

    def _values(self, given: Any) -> Sequence[Any]:
        if len(self._inputs) == 1:
            return (given,)
        if not isinstance(given, (tuple, list)):
            raise UsageError(f"a call of {len(self._inputs)} inputs is a tuple of them")
        self._check(given)
        return given

    def _rows(self, calls: Sequence[Sequence[Any]]) -> Iterator[tuple[int, Row]]:
        """The rows of several calls, each with its call's number."""
        columns = list(zip(*calls, strict=True)) if calls else [()] * len(self._inputs)
        table = Table(dict(zip(self._inputs, columns, strict=True)))
        for chunk in run(self.plan, table):
            for call, rows in by_call(chunk):
                for row in self._presented(rows):
                    yield call, row

    def _presented(self, rows: Chunk) -> Iterator[Row]:
        if not self._schema:
            return
        yield from zip(*(rows.columns[name] for name in self._schema), strict=True)

    def _whole(self, inputs: Sequence[Any]) -> Result:
        if self._straight is not None:
            return self(*inputs)
        self._check(inputs)
        return Result(self._schema, [row for _, row in self._rows([inputs])])

    def _streamed(self, inputs: Sequence[Any]) -> Result:
        result = Result(self._schema, is_whole=False)

        def compute() -> None:
            try:
                for _, row in self._rows([inputs]):
                    result._put([row])
            except BaseException as error:  # noqa: BLE001 (it is raised where the rows are read)
                result._end(error)
            else:
                result._end()

        threading.Thread(target=compute, name="towhee-pipe").start()
        result._begun()
        return result

    def _made_operators(self) -> Iterator[Callable[..., Any]]:
        for plan in _plans(self.plan):
            for step in plan.steps:
                if isinstance(step, Map):
                    yield self._operators.get(step.operator)
                elif isinstance(step, (Filter, Reduce)):
                    yield self._operators.get(step.function)


def _plans(plan: Plan) -> Iterator[Plan]:
    yield plan
    inner = plan.source.plans if isinstance(plan.source, Join) else ()
    if isinstance(plan.source, Shared):
        inner = (plan.source.plan,)
    for each in inner:
        yield from _plans(each)
