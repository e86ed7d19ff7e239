"""What a chunk carries of a cache, row by row, between looking up and keeping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from towhee.engine.apply import Errors
from towhee.engine.chunk import Chunk, Column


@dataclass(frozen=True, slots=True)
class Hit:
    """A result that was found."""

    value: Any

    @property
    def nbytes(self) -> int:
        """The memory that it holds."""
        return int(getattr(self.value, "nbytes", 0))


@dataclass(frozen=True, slots=True)
class Miss:
    """A result that was not found, and the key to keep it under."""

    key: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """What a row's input holds, or what was raised when it was read."""

    content: Any = None
    error: Exception | None = None

    @property
    def nbytes(self) -> int:
        """The memory that it holds."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return int(getattr(self.content, "nbytes", 0))


LookedUp = Hit | Miss | None
"""``None`` for a row that is in no cache, found or not: nothing tells it from others."""


def passed_over(chunk: Chunk, unless: Sequence[str], found: str | None = None) -> dict[int, Any]:
    """The rows of which all these results were found, by their places; with each a result.

    Args:
        chunk: the rows.
        unless: the names of results.
        found: the name of the result to give; without it, ``None`` stands for each row.
    """
    if not unless:
        return {}
    columns = [chunk.lookups[name] for name in unless]
    places = [
        place
        for place, looked_up in enumerate(zip(*columns, strict=True))
        if all(type(one) is Hit for one in looked_up)
    ]
    if found is None:
        return dict.fromkeys(places)
    hits = chunk.lookups[found]
    return {place: hits[place].value for place in places}


def given_contents(
    chunk: Chunk, name: str, columns: Sequence[Column]
) -> tuple[Sequence[Column], Errors]:
    """The input of a step with what was read in place of what names it, and what was raised.

    Args:
        chunk: the rows.
        name: of what was read.
        columns: the step's inputs; several stay as they are, as no operator reads several.
    """
    if len(columns) > 1:
        return columns, {}
    read: Sequence[Read | None] = chunk.lookups[name]
    errors = {
        place: one.error
        for place, one in enumerate(read)
        if one is not None and one.error is not None
    }
    contents = [
        value if one is None else one.content for value, one in zip(columns[0], read, strict=True)
    ]
    return [contents], errors
