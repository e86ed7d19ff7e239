"""``DataFrame``: a collection whose rows have named columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.functional.data_collection import DataCollection
from towhee.functional.operator_call import parse_columns
from towhee.operators.base import short
from towhee.plan.plan import Plan
from towhee.plan.step import (
    VALUE,
    Drop,
    Explode,
    Filter,
    Map,
    Rename,
    Select,
    Step,
    require_columns,
)
from towhee.types import Entity


class DataFrame(DataCollection):
    """A collection of rows with named columns, each seen as an ``Entity``.

    Example:
        >>> rows = DataFrame([(1, "a"), (2, "b")]).as_entity(schema=["id", "name"])
        >>> rows.select["name"]().as_raw().to_list()
        ['a', 'b']
    """

    @property
    def select(self) -> ColumnSelect:
        """``.select["a", "b"]()``: only these columns, in this order."""
        return ColumnSelect(self._named())

    def as_entity(self, schema: Sequence[str] | None = None) -> DataFrame:
        """Mappings, or tuples with a schema, as rows of named columns."""
        return self._then(Explode(None if schema is None else tuple(schema)))

    def as_raw(self) -> DataCollection:
        """Each row as a tuple of its columns, or as the bare value if it has one column."""
        return self._then(Map(_raw))

    def as_json(self) -> DataCollection:
        """Each row as a JSON object; arrays become lists."""
        return self._then(Map(_to_json))

    def fill_entity(self, _defaults: Mapping[str, Any] | None = None, **defaults: Any) -> DataFrame:
        """Give columns that a row lacks, or in which it has ``None``, a default value."""
        filling = {**(_defaults or {}), **defaults}
        if not filling:
            raise UsageError("fill_entity needs defaults, such as fill_entity(label='unknown')")
        return self._then(Map(_Fill(filling)))._then(Explode())

    def replace(self, **replacements: Mapping[Any, Any]) -> DataFrame:
        """Replace values of columns: ``.replace(col={old: new})``; other values stay."""
        frame = self._named()
        for column, mapping in replacements.items():
            if not isinstance(mapping, Mapping):
                raise UsageError(f"replace({column}=...) takes a dict, not {mapping!r}")
            step = Map(_Replace(dict(mapping)), (column,), (column,))
            frame = frame._then(step)
        return frame

    def dropna(self, na: Any = frozenset({"", None})) -> DataFrame:
        """Leave out rows in which any column is one of ``na`` (or is a NaN)."""
        return self._then(Filter(_HasAll(na)))

    def rename(self, column: Mapping[str, str]) -> DataFrame:
        """Give columns other names: ``.rename(column={"old": "new"})``."""
        return self._named()._then(Rename(tuple(column.items())))

    def drop(self, *columns: str) -> DataFrame:
        """Leave out columns."""
        frame = self._named()
        require_columns(columns, frame._plan.columns, "drop")
        return frame._then(Drop(columns))

    def _named(self) -> DataFrame:
        return self._then(Explode()) if self._plan.columns == (VALUE,) else self

    def _then(self, step: Step) -> DataFrame:
        return self._like(self._plan.then(step))

    def _like(self, plan: Plan) -> DataFrame:
        return self._passed_on(DataFrame(plan))


class ColumnSelect:
    """``select``, waiting for its columns."""

    def __init__(self, frame: DataFrame) -> None:
        self._frame = frame

    def __getitem__(self, names: Any) -> Callable[[], DataFrame]:
        columns = names if isinstance(names, tuple) else (names,)
        parse_columns(columns[0] if len(columns) == 1 else (columns, None))
        return lambda: self(*columns)

    def __call__(self, *names: str) -> DataFrame:
        if not names:
            raise UsageError('name the columns: .select["a", "b"]()')
        return self._frame._then(Select(names))


class _Fill:
    """Give a row the columns that it lacks."""

    __name__ = "fill_entity"

    def __init__(self, defaults: dict[str, Any]) -> None:
        self._defaults = defaults

    def __call__(self, row: Any) -> dict[str, Any]:
        present = {name: value for name, value in dict(row).items() if value is not None}
        return {**dict(row), **self._defaults, **present}


class _Replace:
    """Swap some values for others."""

    __name__ = "replace"

    def __init__(self, mapping: dict[Any, Any]) -> None:
        self._mapping = mapping

    def __call__(self, value: Any) -> Any:
        try:
            return self._mapping.get(value, value)
        except TypeError:  # a value without a hash is no key of the mapping
            return value


class _HasAll:
    """Whether no column of a row is empty."""

    __name__ = "dropna"

    def __init__(self, na: Any) -> None:
        self._na = na

    def __call__(self, row: Any) -> bool:
        return not any(_is_na(value, self._na) for value in row.values())


def _raw(row: Any) -> Any:
    if not isinstance(row, Entity):
        return row
    values = tuple(row.values())
    return values[0] if len(values) == 1 else values


def _is_na(value: Any, na: Any) -> bool:
    if isinstance(value, float) and value != value:
        return True
    try:
        return value in na
    except (TypeError, ValueError):  # an unhashable value, or an array, is none of them
        return False


def _to_json(row: Any) -> str:
    return json.dumps(dict(row) if isinstance(row, Mapping) else row, default=_json_value)


def _json_value(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise UsageError(f"{short(value)} cannot be written as JSON")
