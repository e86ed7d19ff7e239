"""``DataFrame``: a collection whose rows have named columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.functional.data_collection import DataCollection
from towhee.functional.operator_call import parse_columns
from towhee.operators.base import short
from towhee.plan.plan import Plan
from towhee.plan.step import Drop, Explode, Filter, Map, Rename, Select, Step
from towhee.types import Entity


class DataFrame(DataCollection):
    """A collection of rows with named columns, each seen as an ``Entity``.

    Example:
        >>> rows = DataFrame([(1, "a"), (2, "b")]).as_entity(schema=["id", "name"])
        >>> rows.select["name"]().as_raw().to_list()
        ['a', 'b']
    """

    @property
    def select(self) -> _Select:
        """``.select["a", "b"]()``: only these columns, in this order."""
        return _Select(self)

    @property
    def df(self) -> Any:
        """The rows as a pandas frame."""
        return self.to_pandas()

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
        return self._entities(lambda row: _filled(row, filling))

    def replace(self, **replacements: Mapping[Any, Any]) -> DataFrame:
        """Replace values of columns: ``.replace(col={old: new})``; other values stay."""
        frame: DataFrame = self
        for column, mapping in replacements.items():
            if not isinstance(mapping, Mapping):
                raise UsageError(f"replace({column}=...) takes a dict, not {mapping!r}")
            step = Map(_Replace(dict(mapping)), (column,), (column,))
            frame = frame._then(step)
        return frame

    def dropna(self, na: Any = frozenset({"", None})) -> DataFrame:
        """Leave out rows in which any column is one of ``na`` (or is a NaN)."""
        return self._then(Filter(lambda row: not any(_is_na(v, na) for v in row.values())))

    def rename(self, column: Mapping[str, str]) -> DataFrame:
        """Give columns other names: ``.rename(column={"old": "new"})``."""
        return self._then(Rename(tuple(column.items())))

    def drop(self, *columns: str) -> DataFrame:
        """Leave out columns."""
        return self._then(Drop(columns))

    def _then(self, step: Step) -> DataFrame:
        return self._like(self._plan.then(step))

    def _like(self, plan: Plan) -> DataFrame:
        return self._passed_on(DataFrame(plan))

    def _entities(self, function: Any) -> DataFrame:
        """Rows changed as entities."""
        return self._then(Map(function))._then(Explode())


class _Select:
    """``select``, waiting for its columns."""

    def __init__(self, frame: DataFrame) -> None:
        self._frame = frame

    def __getitem__(self, names: Any) -> Any:
        columns = names if isinstance(names, tuple) else (names,)
        parse_columns(columns[0] if len(columns) == 1 else (columns, None))
        return lambda: self._frame._then(Select(columns))

    def __call__(self, *names: str) -> DataFrame:
        if not names:
            raise UsageError('name the columns: .select["a", "b"]()')
        return self._frame._then(Select(names))


class _Replace:
    """Swap some values for others."""

    __name__ = "replace"

    def __init__(self, mapping: dict[Any, Any]) -> None:
        self._mapping = mapping

    def __call__(self, value: Any) -> Any:
        return self._mapping.get(value, value)


def _filled(row: Any, defaults: Mapping[str, Any]) -> dict[str, Any]:
    present = {name: value for name, value in dict(row).items() if value is not None}
    return {**dict(row), **defaults, **present}


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
