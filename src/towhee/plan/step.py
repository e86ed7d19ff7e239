"""The steps of a plan: small immutable nodes over rows of named columns.

A row of one anonymous column, named ``VALUE``, is what a user's function sees as the bare
element. A step knows its columns before anything runs, so a wrong name fails when the chain
is built.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from towhee.errors import UnknownNameError, UsageError
from towhee.operators.base import ModelOperator, Operator, OperatorRef, Placement, short

VALUE = ""
"""The name of the one anonymous column."""

Columns = tuple[str, ...] | None
"""The columns of a row, ``None`` where they are known only when it runs."""

Role = Literal["call", "prepare", "forward"]


@dataclass(frozen=True, slots=True)
class Step:
    """Base of all steps. By default a step keeps the columns that it is given."""

    def columns_after(self, before: Columns) -> Columns:
        """The columns of the rows that leave this step; raises for a column that is not there."""
        return before

    @property
    def label(self) -> str:
        """The step as ``explain()`` and error messages show it."""
        return type(self).__name__.lower()


@dataclass(frozen=True, slots=True)
class Map(Step):
    """Apply an operator to each row.

    Attributes:
        operator: a reference by name, or a callable of this process.
        inputs: the columns passed as arguments; ``None`` passes the whole element.
        outputs: the columns written; ``None`` makes the result the new element.
        role: which part of a model operator: the whole, its preparation, or its forward pass.
        workers: how many threads run it; ``None`` leaves that to the engine.
        lazy: whether a generator stays one, for the ``Flatten`` behind it; else it becomes a list.
        given: the name of a ``Lookup`` that has read the input already.
        unless: names of results looked up; a row of which all were found is passed over.
        found: the one among them that is the result of this step.
    """

    operator: OperatorRef | Callable[..., Any]
    inputs: tuple[str, ...] | None = None
    outputs: tuple[str, ...] | None = None
    role: Role = "call"
    workers: int | None = None
    lazy: bool = False
    given: str | None = None
    unless: tuple[str, ...] = ()
    found: str | None = None

    def columns_after(self, before: Columns) -> Columns:
        require_columns(self.inputs, before, self.label)
        if self.outputs is None:
            return (VALUE,)
        if before is None:
            return None
        kept = tuple(name for name in before if name not in self.outputs and name != VALUE)
        return kept + self.outputs

    @property
    def placement(self) -> Placement:
        """Where it runs: inline, in the pool of threads, or batched as a model."""
        if self.role == "prepare" or self.workers is not None:
            return "threads"
        target = self.operator.resolve() if isinstance(self.operator, OperatorRef) else None
        if isinstance(target, type) and issubclass(target, Operator):
            return target.placement
        made = self.operator if target is None else target
        if isinstance(made, Operator):
            return made.placement
        return "model" if hasattr(target, "batch") else "inline"

    @property
    def is_model(self) -> bool:
        """Whether the operator prepares its values apart from the batched forward pass."""
        if isinstance(self.operator, OperatorRef):
            target = self.operator.resolve()
            return isinstance(target, type) and issubclass(target, ModelOperator)
        return isinstance(self.operator, ModelOperator)

    @property
    def operator_label(self) -> str:
        """The operator as messages show it, whichever part of it is running."""
        if isinstance(self.operator, OperatorRef):
            return str(self.operator)
        return f"map({function_name(self.operator)})"

    @property
    def label(self) -> str:
        shown = self.operator_label
        return shown if self.role == "call" else f"{shown}.{self.role}"


@dataclass(frozen=True, slots=True)
class Filter(Step):
    """Keep the rows for which a function is true."""

    function: OperatorRef | Callable[..., Any]
    inputs: tuple[str, ...] | None = None
    drop_empty: bool = False

    def columns_after(self, before: Columns) -> Columns:
        require_columns(self.inputs, before, self.label)
        return before

    @property
    def label(self) -> str:
        if isinstance(self.function, OperatorRef):
            return f"filter({self.function})"
        return f"filter({function_name(self.function)})"


@dataclass(frozen=True, slots=True)
class Safe(Step):
    """From here on a failing row becomes ``Empty``, and the others are ``Some``."""


@dataclass(frozen=True, slots=True)
class FillEmpty(Step):
    """Replace failed rows by a default and give the others bare."""

    default: Any = None


@dataclass(frozen=True, slots=True)
class DropEmpty(Step):
    """Drop failed rows and give the others bare; the callback receives what was dropped."""

    callback: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Head(Step):
    """The first ``n`` rows."""

    n: int

    @property
    def label(self) -> str:
        return f"head({self.n})"


@dataclass(frozen=True, slots=True)
class Flatten(Step):
    """One row for each item of the element, or of the named columns side by side.

    Attributes:
        names: the columns; the element if there are none.
        of: the operator whose generators are read here, as messages call it.
    """

    names: tuple[str, ...] = ()
    of: str | None = None

    def columns_after(self, before: Columns) -> Columns:
        require_columns(self.names or None, before, self.label)
        return before


@dataclass(frozen=True, slots=True)
class Batch(Step):
    """Lists of ``size`` successive elements; entities become one entity of lists."""

    size: int
    drop_tail: bool = False

    @property
    def label(self) -> str:
        return f"batch({self.size})"


@dataclass(frozen=True, slots=True)
class Rolling(Step):
    """Sliding windows of ``size`` elements, each ``step`` further on."""

    size: int
    step: int = 1
    drop_head: bool = True
    drop_tail: bool = True

    def columns_after(self, before: Columns) -> Columns:
        return (VALUE,)

    @property
    def label(self) -> str:
        return f"rolling({self.size}, step={self.step})"


@dataclass(frozen=True, slots=True)
class Windows(Step):
    """Lists of the values of successive rows, call by call; the last ones may be short.

    Attributes:
        names: the columns that become lists; of any other, a window has its first row's value.
        size: rows in a window, ``None`` for all of the call; with ``time``, seconds.
        step: rows, or seconds, from the beginning of a window to that of the next.
        time: the column with the time of a row in milliseconds, by which windows are cut.
    """

    names: tuple[str, ...]
    size: int | None = None
    step: int = 1
    time: str | None = None

    def columns_after(self, before: Columns) -> Columns:
        require_columns((*self.names, *self._timed), before, self.label)
        return before

    @property
    def _timed(self) -> tuple[str, ...]:
        return () if self.time is None else (self.time,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return (*self.names, *self._timed)

    @property
    def label(self) -> str:
        if self.size is None:
            return "window_all"
        if self.time is None:
            return f"window(size={self.size}, step={self.step})"
        return f"time_window({self.time!r}, size={self.size}, step={self.step})"


@dataclass(frozen=True, slots=True)
class Reduce(Step):
    """All rows of a call to one, by a function that is given an iterator for each column."""

    function: OperatorRef | Callable[..., Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def columns_after(self, before: Columns) -> Columns:
        require_columns(self.inputs, before, self.label)
        return self.outputs

    @property
    def label(self) -> str:
        if isinstance(self.function, OperatorRef):
            return f"reduce({self.function})"
        return f"reduce({function_name(self.function)})"


@dataclass(frozen=True, slots=True)
class GroupBy(Step):
    """Gather the rows that share a value of ``column``; the other columns become lists."""

    column: str

    def columns_after(self, before: Columns) -> Columns:
        require_columns((self.column,), before, self.label)
        return before

    @property
    def label(self) -> str:
        return f"group_by({self.column!r})"


@dataclass(frozen=True, slots=True)
class Shuffle(Step):
    """All rows in a random order, the same for the same seed."""

    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Sample(Step):
    """Each row with probability ``ratio``, the same rows for the same seed."""

    ratio: float
    seed: int | None = None

    @property
    def label(self) -> str:
        return f"sample({self.ratio})"


@dataclass(frozen=True, slots=True)
class SkipKnown(Step):
    """Leave out the rows whose key somebody knows already.

    Attributes:
        known: those of some keys that are known.
        column: the column with the key, ``None`` for the row's own.
    """

    known: Callable[[Sequence[Any]], Collection[Any]]
    column: str | None = None

    def columns_after(self, before: Columns) -> Columns:
        require_columns(None if self.column is None else (self.column,), before, self.label)
        return before

    @property
    def label(self) -> str:
        return "skip_known"


@dataclass(frozen=True, slots=True)
class Explode(Step):
    """Turn elements (entities, mappings, tuples with a schema) into rows of columns."""

    schema: tuple[str, ...] | None = None

    def columns_after(self, before: Columns) -> Columns:
        return self.schema

    @property
    def label(self) -> str:
        return "as_entity"


@dataclass(frozen=True, slots=True)
class Select(Step):
    """Keep the named columns, in this order."""

    names: tuple[str, ...]

    def columns_after(self, before: Columns) -> Columns:
        require_columns(self.names, before, self.label)
        return self.names

    @property
    def label(self) -> str:
        return f"select({', '.join(map(repr, self.names))})"


@dataclass(frozen=True, slots=True)
class Rename(Step):
    """Give columns other names."""

    names: tuple[tuple[str, str], ...]

    def columns_after(self, before: Columns) -> Columns:
        require_columns(tuple(old for old, _ in self.names), before, self.label)
        mapping = dict(self.names)
        after = None if before is None else tuple(mapping.get(name, name) for name in before)
        if after is not None and len(set(after)) != len(after):
            raise UsageError(f"rename would give two columns one name: {', '.join(after)}")
        return after


@dataclass(frozen=True, slots=True)
class Drop(Step):
    """Let go of columns that no later step reads; put in by a rewriting pass."""

    names: tuple[str, ...] = field(default=())

    def columns_after(self, before: Columns) -> Columns:
        return None if before is None else tuple(n for n in before if n not in self.names)

    @property
    def label(self) -> str:
        return f"drop({', '.join(map(repr, self.names))})"


def require_columns(wanted: tuple[str, ...] | None, known: Columns, step: str) -> None:
    """Raise ``UnknownNameError`` for the first wanted column that is known not to be there."""
    if wanted is None or known is None:
        return
    for name in wanted:
        if name not in known:
            named = [column for column in known if column != VALUE]
            have = ", ".join(named) if named else "one unnamed value"
            raise UnknownNameError("column", name, named, f"in {step}: the rows have {have}")


def function_name(function: Callable[..., Any]) -> str:
    """What to call a function in a message: its name, or the name of its class."""
    named = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    name = str(named or type(function).__name__)
    return name.rpartition("<locals>.")[2] if name else short(function)
