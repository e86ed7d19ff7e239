"""Open elements up: into columns, or into several rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from towhee.engine.apply import Errors
from towhee.engine.chunk import MISSING, Chunk, Column
from towhee.errors import UsageError
from towhee.operators.base import short
from towhee.plan.step import VALUE, Explode, Flatten
from towhee.types import Entity, Failure


def exploded(step: Explode, chunk: Chunk) -> tuple[Chunk, Errors]:
    """Elements as rows of columns, and the error of each that has none."""
    if VALUE not in chunk.columns:
        return chunk, {}
    rows: list[Mapping[str, Any]] = []
    errors: Errors = {}
    for place, value in enumerate(chunk.columns[VALUE]):
        try:
            rows.append({} if place in chunk.failures else _columns(value, step.schema))
        except UsageError as error:
            errors[place] = error
            rows.append({})
    columns = columns_of(rows, step.schema)
    for name, values in columns.items():
        columns[name] = [chunk.failures.get(place, value) for place, value in enumerate(values)]
    return chunk.with_columns(columns), errors


def _columns(value: Any, schema: tuple[str, ...] | None) -> Mapping[str, Any]:
    """The columns of one element; under a schema of one name, that column holds it whole."""
    if isinstance(value, Entity):
        return value
    if schema is not None and len(schema) == 1:
        return {schema[0]: value}
    if isinstance(value, Mapping):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if schema is None:
        raise UsageError(
            f"{short(value)} has no named columns; name it at the source "
            '(towhee.dc["name"](...)) or with as_entity(schema=["name"])'
        )
    if not isinstance(value, (tuple, list)) or len(value) != len(schema):
        raise UsageError(f"{len(schema)} columns ({', '.join(schema)}) for {short(value)}")
    return dict(zip(schema, value, strict=True))


def columns_of(
    rows: Sequence[Mapping[str, Any]], names: Iterable[str] | None = None
) -> dict[str, Column]:
    """Rows given as mappings, turned into columns; ``MISSING`` where a row lacks one."""
    if names is None:
        names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, MISSING) for row in rows] for name in names}


def opened(step: Flatten, chunk: Chunk) -> tuple[Chunk, Errors]:
    """The chunk with the elements, or the columns, to flatten as lists, and what failed in it.

    A bare element that is no list passes as it is; a named column must hold a list.
    """
    names = _flat_names(step, chunk)
    columns: dict[str, list[Any]] = {name: list(chunk.column(name)) for name in names}
    errors: Errors = {}
    for place in range(len(chunk)):
        if place in chunk.failures:
            continue
        try:
            for name, values in columns.items():
                values[place] = _items(values[place], name)
            sizes = {name: len(values[place]) for name, values in columns.items()}
            if len(set(sizes.values())) > 1:
                shown = ", ".join(f"{name}: {size}" for name, size in sizes.items())
                raise UsageError(f"columns to flatten differ in length ({shown})")
        except Exception as error:  # noqa: BLE001 (an element may be a user's generator)
            errors[place] = error
    return chunk.with_columns({**chunk.columns, **columns}), errors


def _items(value: Any, name: str) -> list[Any]:
    if not isinstance(value, (str, bytes, Mapping)) and hasattr(value, "__iter__"):
        return list(value)
    if name == VALUE:
        return [value]
    raise UsageError(f"flatten needs a list or another iterable in {name!r}, not {short(value)}")


def flattened(step: Flatten, chunk: Chunk) -> Chunk:
    """One row for each item of what ``opened`` made lists; a failed row stays one row."""
    names = _flat_names(step, chunk)
    columns: dict[str, list[Any]] = {name: [] for name in chunk.columns}
    keys: list[Any] = []
    failures: dict[int, Failure] = {}
    for place, key in enumerate(chunk.keys):
        failed = chunk.failures.get(place)
        if failed is not None:
            failures[len(keys)] = failed
        count = 1 if failed is not None else len(chunk.columns[names[0]][place])
        for name, values in chunk.columns.items():
            whole = failed is None and name in names
            columns[name].extend(values[place] if whole else [values[place]] * count)
        keys.extend([key] if failed is not None else [(key, at) for at in range(count)])
    return Chunk(dict(columns), keys, failures)


def _flat_names(step: Flatten, chunk: Chunk) -> tuple[str, ...]:
    return step.names or ((VALUE,) if VALUE in chunk.columns else tuple(chunk.columns))
