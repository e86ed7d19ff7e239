"""Where a plan's rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
class Stream(Source):
    """An iterator, read once, or a function that opens a new one for every run.

    Attributes:
        open: gives the iterator.
        once: whether ``open`` gives the same iterator each time.
        names: the column that an element is put into, or ``None`` if elements are mappings
            whose keys are the columns.
        describe: what ``explain()`` calls it.
        key: the row's key from its element; its position without it.
    """

    open: Callable[[], Iterable[Any]]
    once: bool = True
    names: tuple[str, ...] = (VALUE,)
    describe: str = "stream"
    key: Callable[[Any], Any] | None = None

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
    """The argument of a call: what a plan that is used as a function starts from."""

    name: str = VALUE

    @property
    def columns(self) -> Columns:
        return (self.name,)

    @property
    def label(self) -> str:
        return f"argument({self.name})"


@dataclass(frozen=True, slots=True)
class Zip(Source):
    """Rows of several plans side by side, as tuples, as long as the shortest."""

    plans: tuple[Plan, ...]

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
    def columns(self) -> Columns:
        first = self.plans[0].columns
        return first if all(plan.columns == first for plan in self.plans) else None

    @property
    def is_stream(self) -> bool:
        return any(plan.is_stream for plan in self.plans)

    @property
    def label(self) -> str:
        return f"concat({len(self.plans)} collections)"
