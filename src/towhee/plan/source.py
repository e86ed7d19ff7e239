"""Where a plan's rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from towhee.plan.step import VALUE, Columns

if TYPE_CHECKING:
    from towhee.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Source:
    """Base of all sources. ``is_stream`` tells whether its rows can be read only once."""

    @property
    def columns(self) -> Columns:
        """The columns of its rows."""
        return (VALUE,)

    @property
    def is_stream(self) -> bool:
        return False

    @property
    def read_plans(self) -> tuple[Plan, ...]:
        """The plans that its rows come from."""
        return ()

    @property
    def length(self) -> int | None:
        """The number of its rows, ``None`` where only reading them tells."""
        return None

    @property
    def label(self) -> str:
        return type(self).__name__


@dataclass(frozen=True, slots=True)
class Values(Source):
    """A sequence in memory: each item is the element of a row.

    ``keys`` are the rows' keys where they are not their positions.
    """

    values: Sequence[Any] = field(repr=False)
    keys: Sequence[Any] | None = field(default=None, repr=False)
    names: tuple[str, ...] = (VALUE,)

    @property
    def columns(self) -> Columns:
        return self.names

    @property
    def length(self) -> int:
        return len(self.values)

    @property
    def label(self) -> str:
        shown = repr(self.values) if isinstance(self.values, range) else f"{len(self.values)} rows"
        return f"values({shown})"


@dataclass(frozen=True, slots=True)
class Table(Source):
    """Columns of equal length in memory."""

    data: Mapping[str, Sequence[Any]] = field(repr=False)
    keys: Sequence[Any] | None = field(default=None, repr=False)

    @property
    def columns(self) -> Columns:
        return tuple(self.data)

    @property
    def length(self) -> int:
        return len(next(iter(self.data.values()), ()))

    @property
    def label(self) -> str:
        return f"table({', '.join(self.data)})"


@dataclass(frozen=True, slots=True)
class OpenPart:
    """Successive rows of a source that can be opened on their own, in any process.

    Attributes:
        open: gives an iterator over their elements.
        first: the position of the first in the source.
    """

    open: Callable[[], Iterable[Any]]
    first: int


@dataclass(frozen=True, slots=True)
class Stream(Source):
    """An iterator, read once, or a function that opens a new one for every run.

    Attributes:
        open: gives the iterator.
        once: whether ``open`` gives the same iterator each time.
        names: the column that an element is put into, or ``None`` if elements are mappings
            whose keys are the columns.
        describe: what ``explain()`` calls it.
        key: the row's key from its element; its position without it.
        parts: the same rows in parts, each of which another process can open; none if it cannot.
    """

    open: Callable[[], Iterable[Any]]
    once: bool = True
    names: tuple[str, ...] = (VALUE,)
    describe: str = "stream"
    key: Callable[[Any], Any] | None = None
    parts: tuple[OpenPart, ...] = field(default=(), repr=False)

    @property
    def columns(self) -> Columns:
        return self.names

    @property
    def is_stream(self) -> bool:
        return self.once

    @property
    def label(self) -> str:
        return self.describe

    @classmethod
    def of_iterator(cls, iterator: Iterator[Any]) -> Stream:
        """The stream of an iterator that exists already."""
        return cls(lambda: iterator)


@dataclass(frozen=True, slots=True)
class Argument(Source):
    """The arguments of a call: what a plan that is used as a function starts from."""

    names: tuple[str, ...] = (VALUE,)

    @property
    def columns(self) -> Columns:
        return self.names

    @property
    def label(self) -> str:
        return f"argument({', '.join(self.names)})"


@dataclass(frozen=True, slots=True)
class Shared(Source):
    """The rows of a plan that several plans of one run read: they are computed once."""

    plan: Plan

    @property
    def read_plans(self) -> tuple[Plan, ...]:
        return (self.plan,)

    @property
    def columns(self) -> Columns:
        return self.plan.columns

    @property
    def is_stream(self) -> bool:
        return self.plan.is_stream

    @property
    def length(self) -> int | None:
        return self.plan.most_rows

    @property
    def label(self) -> str:
        return "shared rows"


Part = Literal["rows", "single", "effects"]
"""What a plan gives to a ``Join``: rows, one row for each call at most, or only its effects."""


@dataclass(frozen=True, slots=True)
class Join(Source):
    """The columns of several plans side by side, call by call.

    Rows meet by their position within the call; what is single is repeated on each of them, and
    a call without it has no rows.

    Attributes:
        plans: whose columns have different names, but for those of effects, which are left out.
        parts: what each plan gives.
        longest: whether there are as many rows as the longest part has, and those that are
            lacking are left open; as many as the shortest otherwise.
    """

    plans: tuple[Plan, ...]
    parts: tuple[Part, ...]
    longest: bool = False

    @property
    def read_plans(self) -> tuple[Plan, ...]:
        return self.plans

    @property
    def columns(self) -> Columns:
        names: list[str] = []
        for plan, part in zip(self.plans, self.parts, strict=True):
            if part != "effects":
                if plan.columns is None:
                    return None
                names += plan.columns
        return tuple(names)

    @property
    def is_stream(self) -> bool:
        return any(plan.is_stream for plan in self.plans)

    @property
    def label(self) -> str:
        return f"join({len(self.plans)} branches)"


@dataclass(frozen=True, slots=True)
class Zip(Source):
    """Rows of several plans side by side, as tuples, as long as the shortest."""

    plans: tuple[Plan, ...]

    @property
    def read_plans(self) -> tuple[Plan, ...]:
        return self.plans

    @property
    def is_stream(self) -> bool:
        return any(plan.is_stream for plan in self.plans)

    @property
    def label(self) -> str:
        return f"zip({len(self.plans)} collections)"


@dataclass(frozen=True, slots=True)
class Concat(Source):
    """Rows of several plans one after the other."""

    plans: tuple[Plan, ...]

    @property
    def read_plans(self) -> tuple[Plan, ...]:
        return self.plans

    @property
    def columns(self) -> Columns:
        first = self.plans[0].columns
        return first if all(plan.columns == first for plan in self.plans) else None

    @property
    def is_stream(self) -> bool:
        return any(plan.is_stream for plan in self.plans)

    @property
    def label(self) -> str:
        return f"concat({len(self.plans)} collections)"
