"""``CallablePipe``: a closed pipe, which is called like a function."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.builder.debugging import DebugRun, watched
from towhee.builder.drawing import Drawing
from towhee.builder.graph import Graph
from towhee.builder.lowering import lowered
from towhee.builder.written import written
from towhee.cache.location import DEFAULT_LIMIT, bytes_of, cache_folder
from towhee.engine import run
from towhee.engine.explained import explained
from towhee.engine.local.calls import by_call
from towhee.engine.operators import Operators
from towhee.engine.report import RunReport
from towhee.engine.straight import Straight, goes_straight
from towhee.errors import TowheeError, UsageError
from towhee.functional.result import Filling, Result, Row
from towhee.models.machine import cores
from towhee.operators.base import ModelOperator
from towhee.plan.options import Options
from towhee.plan.plan import Plan
from towhee.plan.source import Table
from towhee.plan.step import Filter, Map, Reduce

if TYPE_CHECKING:
    from fastapi import FastAPI


class CallablePipe:
    """A pipe as a function: one value for each input, a ``Result`` with the rows.

    A row is as long as the longest of its columns needs: a column with fewer rows ends in
    ``Empty()``, and one with a single value has it in every row.

    Attributes:
        graph: its nodes and columns.
        options: of its runs.
        plan: what a call does; it is equal to that of the same chain of methods.
    """

    def __init__(self, graph: Graph, options: Options | None = None) -> None:
        self.graph = graph
        self.options = options or Options()
        self.plan: Plan = lowered(graph, self.options)
        self._inputs = tuple(column.name for column in graph.arguments)
        self._schema = tuple(column.name for column in graph.outputs)
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
        return self._batched([self._values(each) for each in batch_inputs])

    def config(
        self,
        *,
        batch_size: int | None = None,
        num_worker: int | None = None,
        memory_limit: int | None = None,
    ) -> CallablePipe:
        """The pipe, run in another way; what is not given stays as it is.

        Args:
            batch_size: rows that a model takes at once; found by measuring if never given.
            num_worker: threads that read and decode; by the cores if never given.
            memory_limit: bytes that may wait in front of each stage of a run.

        Raises:
            UsageError: for a number below 1.
        """
        given = {"batch_size": batch_size, "num_worker": num_worker, "memory_limit": memory_limit}
        stated = {name: value for name, value in given.items() if value is not None}
        return CallablePipe(self.graph, self.options.with_(**stated)).preload()

    def cache(
        self, path: str | os.PathLike[str] | None = None, *, limit: int | str = DEFAULT_LIMIT
    ) -> CallablePipe:
        """The pipe with a cache of what its models compute, as ``DataCollection.cache`` has it.

        Args:
            path: the folder of the cache; the user's own if not given.
            limit: the disk that it keeps within, in bytes or as ``"10GB"``.

        Raises:
            UsageError: if the limit is no size.
        """
        kept = self.options.with_(cache=cache_folder(path), cache_limit=bytes_of(limit))
        return CallablePipe(self.graph, kept).preload()

    def to_yaml(self, path: str | os.PathLike[str] | None = None) -> str:
        """The pipe as text, from which ``pipeline("file.yaml")`` makes an equal one.

        Operators are written by name, functions by the module that they can be imported from.

        Args:
            path: a file to write it to as well.

        Raises:
            UsageError: for a function that has no such name (a lambda), or an operator's argument
                that is no plain value.
        """
        text = written(self.graph)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def debug(
        self,
        *inputs: Any,
        batch: bool = False,
        profiler: bool = False,
        tracer: bool = False,
        include: Iterable[str] | str = (),
        exclude: Iterable[str] | str = (),
    ) -> DebugRun:
        """Call the pipe and look into it; an operator that fails is told and not raised.

        Args:
            inputs: as of a call; with ``batch``, one argument as ``batch`` takes it.
            batch: whether there are several calls.
            profiler: whether to tell what each stage did, and when.
            tracer: whether to note what each node was given and gave; operators are called row by
                row then, so times are others.
            include: patterns of the names of nodes (``"map"``, ``"timm"``) to note; all if none.
            exclude: patterns of the names of nodes not to note.

        Raises:
            UsageError: if neither ``profiler`` nor ``tracer`` is asked for.

        Example:
            >>> from towhee import pipe
            >>> halved = pipe.input("n").flat_map("n", "i", range).map("i", "h", lambda i: i / 2)
            >>> print(halved.output("h").debug(2, tracer=True))
            flat_map(range): 1 call
              n=2 -> range(0, 2)
            map(<lambda>): 2 calls
              i=0 -> 0.0
              i=1 -> 0.5
        """
        if not profiler and not tracer:
            raise UsageError("debug is asked for profiler=True, tracer=True, or both")
        if batch and len(inputs) != 1:
            raise UsageError(f"with batch=True, debug takes one list of calls, not {len(inputs)}")
        calls = [self._values(each) for each in inputs[0]] if batch else [inputs]
        for call in calls:
            self._check(call)
        graph, traces = watched(self.graph, include, exclude) if tracer else (self.graph, [])
        report = RunReport(cores(), traced=True) if profiler else None
        error: Exception | None = None
        results: list[Result] | None = None
        try:
            results = CallablePipe(graph, self.options)._batched(calls, report)
        except TowheeError as raised:
            error = raised
        result = results if batch or results is None else results[0]
        return DebugRun(result, error, traces, report)

    def serve(self, app: FastAPI | None = None, path: str = "/", **settings: Any) -> FastAPI:
        """The pipe behind HTTP, as ``towhee.serve.serve`` has it: run it with uvicorn.

        Args:
            app: an application of yours, which gets the route; a whole one is made if not given.
            path: of the route.
            settings: ``name``, ``settings`` and ``reads_paths`` of ``towhee.serve.serve``.
        """
        from towhee.serve import serve

        return serve(self, app, path, **settings)

    @property
    def dag_repr(self) -> Drawing:
        """The graph, to look at."""
        return Drawing(self.graph)

    @property
    def has_one_row(self) -> bool:
        """Whether a call gives one row (or none, if it is filtered out), never many."""
        return all(column.rows.single for column in self.graph.outputs)

    def explain(self, *, analyze: bool = False) -> str:
        """What a call does, step by step; with ``analyze`` also what the last one did."""
        return explained(self.plan, analyze=analyze)

    def __reduce__(self) -> tuple[Any, ...]:
        return _loaded, (self.graph, self.options)

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

    def _batched(
        self, calls: Sequence[Sequence[Any]], report: RunReport | None = None
    ) -> list[Result]:
        rows: list[list[Row]] = [[] for _ in calls]
        for call, some in self._rows(calls, report):
            rows[call] += some
        return [Result(self._schema, each) for each in rows]

    def _rows(
        self, calls: Sequence[Sequence[Any]], report: RunReport | None = None
    ) -> Iterator[tuple[int, list[Row]]]:
        """The rows of several calls, some at a time, each time of one call, with its number."""
        columns = list(zip(*calls, strict=True)) if calls else [()] * len(self._inputs)
        table = Table(dict(zip(self._inputs, columns, strict=True)))
        for chunk in run(self.plan, table, report=report, operators=self._operators):
            if self._schema:
                for call, rows in by_call(chunk):
                    shown = (rows.columns[name] for name in self._schema)
                    yield call, list(zip(*shown, strict=True))

    def _whole(self, inputs: Sequence[Any]) -> Result:
        if self._straight is not None:
            return self(*inputs)
        self._check(inputs)
        return self._batched([inputs])[0]

    def _streamed(self, inputs: Sequence[Any]) -> Result:
        result = Result(self._schema, is_whole=False)
        # The thread does not hold the result: rows that nobody can read any more are let go.
        filling = Filling(result)

        def compute() -> None:
            try:
                for _, rows in self._rows([inputs]):
                    filling.put(rows)
            except BaseException as error:  # noqa: BLE001 (it is raised where the rows are read)
                filling.end(error)
            else:
                filling.end()

        threading.Thread(target=compute, name="towhee-pipe").start()
        result.wait_for_first()
        return result

    def _made_operators(self) -> Iterator[Callable[..., Any]]:
        for plan in self.plan.plans_of_run():
            for step in plan.steps:
                if isinstance(step, Map):
                    yield self._operators.get(step.operator)
                elif isinstance(step, (Filter, Reduce)):
                    yield self._operators.get(step.function)


def _loaded(graph: Graph, options: Options) -> CallablePipe:
    return CallablePipe(graph, options).preload()


class NestedPipe:
    """A pipe as a function of another: it gives the value, or a tuple if it has several outputs.

    A pipe whose outputs have many rows gives a list of them. ``None`` stands for a row that was
    filtered out.
    """

    def __init__(self, pipe: CallablePipe) -> None:
        self.pipe = pipe
        self.__name__ = self.__qualname__ = repr(pipe)

    def __call__(self, *inputs: Any) -> Any:
        rows = self.pipe(*inputs).to_list()
        values = [row[0] if len(row) == 1 else tuple(row) for row in rows]
        return values if not self.pipe.has_one_row else values[0] if values else None
