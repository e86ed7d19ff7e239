"""``pipe.input(...).map(...).output(...)``: the builder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from towhee.builder.callable_pipe import CallablePipe, NestedPipe
from towhee.builder.config import node_config, placed
from towhee.builder.graph import ARGUMENTS, Column, Function, Graph, Kind, Node
from towhee.errors import UnknownNameError, UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.operators.base import OperatorRef, short

Names = str | tuple[str, ...]


class Pipe:
    """A graph of operators over named columns, to which each method adds a node.

    A pipe is never changed: each method gives another, so that several can go on from one. A
    column that is written again is another column from there on.

    ``fn`` is an operator (``ops.image_decode.cv2()``), any function, an object that can be called,
    or another pipe. Inputs are passed to it one by one; of several outputs, each takes one value
    of the tuple that it returns, and ``()`` discards the result. ``config`` is a ``NodeConfig``.
    """

    def __init__(
        self,
        nodes: tuple[Node, ...],
        arguments: tuple[Column, ...],
        columns: dict[str, Column],
    ) -> None:
        self._nodes = nodes
        self._arguments = arguments
        self._columns = columns

    def map(self, inputs: Names, outputs: Names, fn: Any, config: Any = None) -> Pipe:
        """Call ``fn`` for each row.

        A generator that it returns becomes a list.

        Raises:
            ValueError: for a name that is no identifier, a column that is not there, or an ``fn``
                that cannot be called; so do the other methods.

        Example:
            >>> from towhee import pipe
            >>> add = pipe.input("a", "b").map(("a", "b"), "sum", lambda a, b: a + b).output("sum")
            >>> add(1, 2).get()
            [3]
        """
        return self._then("map", inputs, outputs, fn, config)

    def flat_map(self, inputs: Names, outputs: Names, fn: Any, config: Any = None) -> Pipe:
        """Call ``fn`` for each row; each element of what it returns becomes a row.

        Of a generator, rows go on as it gives them. With several outputs, each element is a tuple.

        Example:
            >>> from towhee import pipe
            >>> words = pipe.input("text").flat_map("text", "word", str.split).output("word")
            >>> words("a b").to_list()
            [['a'], ['b']]
        """
        return self._then("flat_map", inputs, outputs, fn, config)

    def filter(self, inputs: Names, outputs: Names, by: Names, fn: Any, config: Any = None) -> Pipe:
        """Copy ``inputs`` to ``outputs`` in the rows for which ``fn`` of the ``by`` is true.

        Example:
            >>> from towhee import pipe
            >>> numbers = pipe.input("n").flat_map("n", "i", range)
            >>> odd = numbers.filter("i", "odd", "i", lambda i: i % 2).output("odd")
            >>> odd(4).to_list()
            [[1], [3]]
        """
        copied, made = _names(inputs), _names(outputs)
        if len(copied) != len(made):
            raise UsageError(f"filter copies {len(copied)} columns to as many, not to {len(made)}")
        return self._then("filter", copied, made, fn, config, by=_names(by))

    def window(
        self, inputs: Names, outputs: Names, size: int, step: int, fn: Any, config: Any = None
    ) -> Pipe:
        """Call ``fn`` with lists of ``size`` successive values, each ``step`` rows further on.

        The last windows may be short: one begins at every ``step``-th row.

        Example:
            >>> from towhee import pipe
            >>> sums = pipe.input("n").flat_map("n", "i", range).window("i", "sum", 2, 2, sum)
            >>> sums.output("sum")(5).to_list()
            [[1], [5], [4]]
        """
        return self._then("window", inputs, outputs, fn, config, size=size, step=step)

    def window_all(self, inputs: Names, outputs: Names, fn: Any, config: Any = None) -> Pipe:
        """Call ``fn`` once, with lists of all values; not at all, if there are none.

        Example:
            >>> from towhee import pipe
            >>> total = pipe.input("n").flat_map("n", "i", range).window_all("i", "sum", sum)
            >>> total.output("sum")(5).to_list()
            [[10]]
        """
        return self._then("window_all", inputs, outputs, fn, config)

    def time_window(
        self,
        inputs: Names,
        outputs: Names,
        timestamp: str,
        size: int,
        step: int,
        fn: Any,
        config: Any = None,
    ) -> Pipe:
        """Call ``fn`` with lists of the values of a time; windows without a row are left out.

        Args:
            inputs: the columns that it is given.
            outputs: the columns that it makes.
            timestamp: the column with the time of a row in milliseconds, which never falls.
            size: seconds in a window.
            step: seconds from the beginning of a window to that of the next; they are multiples
                of it.
            fn: what is called.
            config: as in ``map``.

        Example:
            >>> from towhee import pipe
            >>> read = pipe.input("beats").flat_map("beats", ("time", "beat"), lambda beats: beats)
            >>> counted = read.time_window("beat", "count", "time", 1, 1, len).output("count")
            >>> counted([(0, "a"), (990, "b"), (1000, "c")]).to_list()
            [[2], [1]]
        """
        by = _names(timestamp)
        return self._then("time_window", inputs, outputs, fn, config, by=by, size=size, step=step)

    def reduce(self, inputs: Names, outputs: Names, fn: Any, config: Any = None) -> Pipe:
        """Call ``fn`` once, with an iterator over all values of each input.

        Rows are computed as it reads them. Where there are none, it is called all the same.

        Example:
            >>> from towhee import pipe
            >>> total = pipe.input("n").flat_map("n", "i", range).reduce("i", "sum", sum)
            >>> total.output("sum")(0).get()
            [0]
        """
        return self._then("reduce", inputs, outputs, fn, config)

    def concat(self, *pipes: Pipe) -> Pipe:
        """This pipe with the columns of others that go on from the same input.

        Of a name that several have, the last one's column is taken.

        Raises:
            ValueError: if one is no pipe, or has another input.

        Example:
            >>> from towhee import pipe
            >>> start = pipe.input("n")
            >>> more = start.map("n", "a", lambda n: n + 1)
            >>> less = start.map("n", "b", lambda n: n - 1)
            >>> start.concat(more, less).output("a", "b")(5).get()
            [6, 4]
        """
        if not pipes:
            raise UsageError("concat needs a pipe to join")
        nodes, columns = dict.fromkeys(self._nodes), dict(self._columns)
        for other in pipes:
            if not isinstance(other, Pipe):
                raise UsageError(f"concat joins pipes that are open, not {short(other)}")
            if other._arguments != self._arguments:
                raise UsageError("concat joins pipes that go on from one pipe.input(...)")
            nodes |= dict.fromkeys(other._nodes)
            columns |= other._columns
        return Pipe(tuple(nodes), self._arguments, columns)

    def output(self, *columns: str) -> CallablePipe:
        """Close the pipe: what it gives is called with the inputs, and has rows of these columns.

        Its operators are made, and models load their weights.
        """
        found = tuple(self._column(name) for name in _names(columns))
        closed = CallablePipe(Graph(self._nodes, self._arguments, found))
        closed.preload()
        return closed

    def _then(
        self,
        kind: Kind,
        inputs: Names,
        outputs: Names,
        fn: Any,
        config: Any,
        *,
        by: tuple[str, ...] = (),
        size: int | None = None,
        step: int = 1,
    ) -> Pipe:
        given, made = _names(inputs), _names(outputs)
        if not given:
            raise UsageError(f"{kind} needs a column to work on")
        for name, number in (("size", size), ("step", step)):
            if number is not None and (not isinstance(number, int) or number < 1):
                raise UsageError(f"{name} is a whole number of at least 1, not {number!r}")
        settings = node_config(config)
        function = _function(fn)
        if isinstance(function, OperatorRef):
            function = placed(function, settings)
        node = Node(
            kind,
            function,
            tuple(map(self._column, given)),
            made,
            tuple(map(self._column, by)),
            size,
            step,
            settings.name,
        )
        columns = {**self._columns, **{column.name: column for column in node.columns}}
        return Pipe((*self._nodes, node), self._arguments, columns)

    def _column(self, name: str) -> Column:
        found = self._columns.get(name)
        if found is None:
            raise UnknownNameError("column", name, list(self._columns), "in this pipe")
        return found

    def __repr__(self) -> str:
        return f"<Pipe with the columns {', '.join(self._columns)}>"


class PipeStart:
    """Where a pipe begins: ``pipe.input(...)``."""

    def input(self, *columns: str) -> Pipe:
        """A pipe that is called with one value for each of these columns.

        Raises:
            ValueError: for a name that is no identifier.
        """
        names = _names(columns)
        arguments = tuple(Column(name, ARGUMENTS) for name in names)
        return Pipe((), arguments, {column.name: column for column in arguments})

    def __repr__(self) -> str:
        return "<towhee.pipe>"


pipe = PipeStart()


def _names(names: Names | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    several = (names,) if isinstance(names, str) else tuple(names)
    for name in several:
        if not isinstance(name, str) or not name.isidentifier():
            raise UsageError(f"a column's name is an identifier, as in Python, not {name!r}")
    if len(set(several)) < len(several):
        raise UsageError(f"a column is named once, not as in {several}")
    return several


def _function(fn: Any) -> Function:
    if isinstance(fn, OperatorHandle):
        return fn.ref
    if isinstance(fn, CallablePipe):
        return NestedPipe(fn)
    if isinstance(fn, Pipe):
        raise UsageError("a pipe that is open cannot be called; close it with output(...)")
    if isinstance(fn, OperatorRef) or not callable(fn):
        raise UsageError(f"fn is an operator, a function or a pipe, not {short(fn)}")
    function: Callable[..., Any] = fn
    return function
