"""``Entity``: one row of named columns, read as attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from towhee.errors import UnknownAttributeError


class Entity(Mapping[str, Any]):
    """A row: ``entity.vec`` and ``entity["vec"]`` are the value of its column ``vec``.

    Example:
        >>> row = Entity(path="towhee.jpg", score=0.5)
        >>> row.path, dict(row)
        ('towhee.jpg', {'path': 'towhee.jpg', 'score': 0.5})
    """

    __slots__ = ("_columns",)
    _columns: dict[str, Any]

    def __init__(self, **columns: Any) -> None:
        object.__setattr__(self, "_columns", columns)

    @classmethod
    def of(cls, columns: dict[str, Any]) -> Entity:
        """An entity over this very dict, which the caller gives up."""
        entity = cls.__new__(cls)
        object.__setattr__(entity, "_columns", columns)
        return entity

    def __getattr__(self, name: str) -> Any:
        try:
            return self._columns[name]
        except KeyError:
            if name.startswith("__"):
                raise AttributeError(name) from None
            known = ", ".join(self._columns) or "none"
            raise UnknownAttributeError(
                "column", name, self._columns, f"(the row has {known})"
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._columns[name] = value

    def __getitem__(self, name: str) -> Any:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entity) and self._columns == other._columns

    __hash__ = None  # type: ignore[assignment]  # an entity is mutable, as a dict is

    def __reduce__(self) -> tuple[Any, ...]:
        return (Entity.of, (self._columns,))

    def __str__(self) -> str:
        """The row as a JSON object; what JSON cannot say, as text."""
        return json.dumps(self._columns, default=str)

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in self._columns.items())
        return f"Entity({inner})"
