"""Rows in transit: columns of equal length, the rows' keys, and the rows that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, repeat
from operator import is_
from typing import Any

from towhee.plan.step import VALUE
from towhee.types import Empty, Entity, Failure

Column = Sequence[Any]


class _Missing:
    """What stands in a column for a row that does not have it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<missing>"

    def __reduce__(self) -> str:
        return "MISSING"  # which is known by its identity, in every process


class _LeftOpen(Empty):
    """An empty place that is known by its identity, in every process."""

    __slots__ = ()

    def __reduce__(self) -> str:
        return "LEFT_OPEN"


MISSING = _Missing()
LEFT_OPEN = _LeftOpen()
"""What stands in a column that has fewer rows than those it meets in."""


class Selected(Sequence[Any]):
    """The keys that a mask keeps, worked out only when somebody asks for one."""

    __slots__ = ("_base", "_kept", "_length", "_mask")

    def __init__(self, base: Sequence[Any], mask: Sequence[Any], length: int) -> None:
        self._base, self._mask, self._length = base, mask, length
        self._kept: list[Any] | None = None

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        if self._kept is None:
            self._kept = list(compress(self._base, self._mask))
        return self._kept[index]


@dataclass(slots=True)
class Chunk:
    """Some successive rows.

    Attributes:
        columns: values by column name; all of one length. A failed row has its ``Failure`` there.
        keys: the rows' keys.
        failures: the failed rows, by their place in the chunk.
        lookups: what a cache had for the rows, by the names that the steps know it by.
    """

    columns: dict[str, Column]
    keys: Sequence[Any]
    failures: Mapping[int, Failure] = field(default_factory=dict)
    lookups: Mapping[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    def elements(self) -> Column:
        """What a user sees of each row: the bare value, or an ``Entity`` of its columns."""
        if VALUE in self.columns:
            return self.columns[VALUE]
        names = list(self.columns)
        columns = self.columns.values()
        if not any(map(has_missing, columns)):
            rows: Column = [Entity.of(dict(zip(names, row))) for row in zip(*columns)]  # noqa: B905 (all of one length)
        else:
            rows = [
                Entity.of({n: v for n, v in zip(names, row, strict=True) if v is not MISSING})
                for row in zip(*columns, strict=True)
            ]
        if not columns:
            rows = [Entity() for _ in self.keys]
        return self._with_lost_rows(rows) if self.failures else rows

    def _with_lost_rows(self, rows: Column) -> Column:
        """The rows, and the ``Failure`` itself in place of one of which nothing else is left."""
        rows = list(rows)
        for place, failure in self.failures.items():
            if all(column[place] is failure for column in self.columns.values()):
                rows[place] = failure
        return rows

    def slice(self, start: int, stop: int) -> Chunk:
        """The rows from ``start`` up to ``stop``."""
        if start == 0 and stop >= len(self):
            return self
        failures = {
            place - start: failure
            for place, failure in self.failures.items()
            if start <= place < stop
        }
        columns = {name: values[start:stop] for name, values in self.columns.items()}
        lookups = {name: found[start:stop] for name, found in self.lookups.items()}
        return Chunk(columns, self.keys[start:stop], failures, lookups)

    def compress(self, mask: Sequence[Any]) -> Chunk:
        """The rows for which the mask is true."""
        columns: dict[str, Column] = {
            name: list(compress(values, mask)) for name, values in self.columns.items()
        }
        length = len(next(iter(columns.values()))) if columns else sum(map(bool, mask))
        failures: dict[int, Failure] = {}
        if self.failures:
            places = list(compress(range(len(self)), mask))
            failures = {
                new: self.failures[old] for new, old in enumerate(places) if old in self.failures
            }
        lookups = {name: list(compress(found, mask)) for name, found in self.lookups.items()}
        return Chunk(columns, Selected(self.keys, mask, length), failures, lookups)

    def take(self, places: Sequence[int]) -> Chunk:
        """The rows at these places, in their order."""
        columns: dict[str, Column] = {
            name: [values[place] for place in places] for name, values in self.columns.items()
        }
        failures = {}
        if self.failures:
            failures = {
                new: self.failures[old] for new, old in enumerate(places) if old in self.failures
            }
        lookups = {name: [found[place] for place in places] for name, found in self.lookups.items()}
        return Chunk(columns, [self.keys[place] for place in places], failures, lookups)

    def with_columns(self, columns: dict[str, Column]) -> Chunk:
        """The same rows with other columns."""
        return Chunk(columns, self.keys, self.failures, self.lookups)

    def with_lookups(self, lookups: Mapping[str, Column]) -> Chunk:
        """The same rows with what a cache had for them."""
        return Chunk(self.columns, self.keys, self.failures, lookups)

    def pieces(self, size: int) -> Iterator[Chunk]:
        """The rows in chunks of at most ``size``."""
        for start in range(0, len(self), size):
            yield self.slice(start, start + size)

    def column(self, name: str) -> Column:
        """The values of a column, ``MISSING`` where a row does not have it."""
        values = self.columns.get(name)
        return [MISSING] * len(self) if values is None else values

    def names(self, place: int) -> tuple[str, ...]:
        """The columns that one row has."""
        return tuple(n for n, values in self.columns.items() if values[place] is not MISSING)

    @classmethod
    def joined(cls, chunks: Sequence[Chunk]) -> Chunk:
        """The rows of several chunks in one."""
        if len(chunks) == 1:
            return chunks[0]
        columns: dict[str, list[Any]] = {name: [] for chunk in chunks for name in chunk.columns}
        lookups: dict[str, list[Any]] = {name: [] for chunk in chunks for name in chunk.lookups}
        keys: list[Any] = []
        failures: dict[int, Failure] = {}
        for chunk in chunks:
            for place, failure in chunk.failures.items():
                failures[len(keys) + place] = failure
            keys.extend(chunk.keys)
            for name, values in columns.items():
                own = chunk.columns.get(name)
                values.extend([MISSING] * len(chunk) if own is None else own)
            for name, found in lookups.items():
                found.extend(chunk.lookups[name])
        return cls(dict(columns), keys, failures, dict(lookups))


def has_missing(column: Column) -> bool:
    """Whether a row of the column does not have it."""
    return any(map(is_, column, repeat(MISSING)))
