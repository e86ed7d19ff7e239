"""Rows of values with names to entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from towhee.errors import DataError
from towhee.types import Entity


# Any: a value is whatever a cell holds.
def rows_of(
    rows: Iterable[tuple[Any, ...]], name: str, names: Sequence[str] | None = None
) -> list[Entity]:
    """An entity for each row; ``None`` where a row ends before the others do.

    Rows without a value are left out.

    Args:
        rows: the values; those of the first are the names, unless they are given.
        name: what messages call the table.
        names: of the columns.

    Raises:
        DataError: if there is no row of names, two are the same, or a row has more values.
    """
    remaining = ((place, row) for place, row in enumerate(rows, 1) if row)
    columns = None if names is None else [str(each) for each in names]
    entities: list[Entity] = []
    for place, row in remaining:
        if columns is None:
            columns = _named(row, name)
            continue
        if len(row) > len(columns):
            raise DataError(
                f"{name}, row {place}: {len(row)} values for the {len(columns)} columns "
                f"{', '.join(columns)}"
            )
        values = (*row, *([None] * (len(columns) - len(row))))
        entities.append(Entity.of(dict(zip(columns, values, strict=True))))
    if columns is None:
        raise DataError(f"{name} has no row, so that its columns have no names")
    return entities


def _named(row: tuple[Any, ...], name: str) -> list[str]:
    columns = [str(value) for value in row]
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise DataError(
            f"{name} has two columns of the name {min(twice)!r}; pass names= with one for each"
        )
    return columns
