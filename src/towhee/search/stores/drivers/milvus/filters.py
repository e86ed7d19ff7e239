"""Filters in the language of Milvus.

Milvus Lite reads the same language, but evaluates it by two means that differ: by Arrow, or row by
row in Python if there is a member of JSON or a list in it (and for rows that are not flushed yet
in searches for text and sparse vectors). What differs between the two is translated so that it
does not matter. Where that is impossible (only Arrow can look for a ``%`` itself), the rows are
found first, and the filter names their keys.

Source: https://milvus.io/docs/boolean.md, and milvus_lite/search/filter/eval/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from towhee.search.field_types import FieldType
from towhee.search.filters import (
    And,
    Comparison,
    Expression,
    Field,
    Has,
    In,
    IsNull,
    Leaf,
    Like,
    Operator,
    Or,
    Wildcard,
    pattern_parts,
)
from towhee.search.stores.drivers.milvus import json_values
from towhee.search.stores.drivers.milvus.naming import KEY, column_name
from towhee.search.stores.drivers.milvus.quoting import listed, literal, quoted

_SPECIAL = frozenset("%_\\")


@dataclass(frozen=True, slots=True)
class FilterLanguage:
    """How filters are written for a collection.

    Attributes:
        fields: the types of its columns.
        is_lite: whether Milvus Lite reads them.
        keys_of: the keys of the rows for which something holds that cannot be written.
    """

    fields: Mapping[str, FieldType]
    is_lite: bool
    keys_of: Callable[[Like], Sequence[str]]

    def written(self, where: Expression | None, *, for_sparse: bool = False) -> str:
        """A filter as text; an empty one lets all rows through.

        Args:
            where: what holds for the rows.
            for_sparse: whether it is of a search for text or sparse vectors.
        """
        if where is None:
            return ""
        by_row = self._is_by_row(where)
        return self._written(where, by_arrow=not by_row, by_row=by_row or for_sparse)

    def _is_by_row(self, where: Expression) -> bool:
        if isinstance(where, (And, Or)):
            return any(map(self._is_by_row, where.parts))
        return bool(where.field.path) or isinstance(where, Has)

    def _written(self, where: Expression, *, by_arrow: bool, by_row: bool) -> str:
        if isinstance(where, (And, Or)):
            joint = " and " if isinstance(where, And) else " or "
            parts = (self._written(each, by_arrow=by_arrow, by_row=by_row) for each in where.parts)
            return f"({joint.join(parts)})"
        if isinstance(where, Like):
            return self._like(where, by_arrow=by_arrow, by_row=by_row)
        if self.fields.get(where.field.name) == "json":
            return self._of_json(where)
        return _of_column(where)

    def _like(self, where: Like, *, by_arrow: bool, by_row: bool) -> str:
        operand = column = column_name(where.field.name)
        is_json = self.fields.get(where.field.name) == "json"
        if is_json:
            operand = json_values.path_to_value(column, where.field.path)
        positive = self._pattern(operand, where.pattern, by_arrow=by_arrow, by_row=by_row)
        if positive is None:
            keys = self.keys_of(where)
            return f"{KEY} in {listed(keys)}" if keys else f'{KEY} == ""'
        if not where.negated:
            return positive
        # A text is not before the empty one; what is no text compares as null.
        guard = f'{operand} >= ""' if is_json else _is_there(where.field)
        return f"({guard} and not ({positive}))"

    def _pattern(self, operand: str, pattern: str, *, by_arrow: bool, by_row: bool) -> str | None:
        parts = pattern_parts(pattern)
        if not any(isinstance(part, Wildcard) for part in parts):
            return f"{operand} == {quoted(''.join(map(str, parts)))}"
        escaped = "".join(_escaped(part) for part in parts)
        special = {c for part in parts if isinstance(part, str) for c in part} & _SPECIAL
        if not self.is_lite or not special:
            return f"{operand} like {quoted(escaped)}"
        if by_row:  # where there are no escapes, and a backslash is just one
            if by_arrow or special != {"\\"}:
                return None
            plain = "".join(p.value if isinstance(p, Wildcard) else p for p in parts)
            return f"{operand} like {quoted(plain)}"
        if parts[0] is Wildcard.ANY and "\\" in special:
            # Arrow forgets to resolve a backslash behind a first %, unless there is a _ too.
            rest = escaped.removeprefix("%")
            return f"({operand} like {quoted(rest)} or {operand} like {quoted('_%' + rest)})"
        return f"{operand} like {quoted(escaped)}"

    def _of_json(self, where: Leaf) -> str:
        column, path = column_name(where.field.name), where.field.path
        value = json_values.path_to_value(column, path)
        if isinstance(where, IsNull):
            return self._null_json(column, value, where)
        if isinstance(where, Has):
            return self._has_json(column, value, where)
        if isinstance(where, In):
            joint = " and " if where.negated else " or "
            one: Operator = "!=" if where.negated else "=="
            leaves = (Comparison(where.field, one, each) for each in where.values)
            return f"({joint.join(map(self._of_json, leaves))})"
        assert isinstance(where, Comparison)
        if isinstance(where.value, bool):
            wanted = where.value if where.operator == "==" else not where.value
            if not self.is_lite:
                return f"{value} == {literal(wanted)}"
            twin = json_values.path_to_twin(column, path, json_values.BOOLEAN)
            return f'{twin} == "{literal(wanted)}"'
        if isinstance(where.value, str) or not self.is_lite:
            return _compared(value, where)
        twin = json_values.path_to_twin(column, path)
        has_none = f'{column}["{json_values.TWIN}"] is null'
        return f"(({has_none} and {_compared(value, where)}) or {_compared(twin, where)})"

    def _null_json(self, column: str, value: str, where: IsNull) -> str:
        if not where.field.path:
            return f"{column} is {'not ' if where.negated else ''}null"
        if self.is_lite:
            return f"{value} is {'not ' if where.negated else ''}null"
        return f"exists {value}" if where.negated else f"({column} is null or not exists {value})"

    def _has_json(self, column: str, value: str, where: Has) -> str:
        assert isinstance(where.value, (str, int, float))  # times are not of JSON
        if self.is_lite:
            twin = json_values.path_to_twin(column, where.field.path, json_values.LIST)
            positive = (
                f"array_contains_any({twin}, {listed([json_values.twin_element(where.value)])})"
            )
            is_list = f"{twin} is not null"
        else:
            positive = f"json_contains_any({value}, {listed([where.value])})"
            is_list = f"array_length({value}) >= 0"
        return f"({is_list} and not {positive})" if where.negated else positive


def _of_column(where: Comparison | In | Has | IsNull) -> str:
    column = column_name(where.field.name)
    if isinstance(where, Comparison):
        return f"{column} {where.operator} {literal(where.value)}"
    if isinstance(where, IsNull):
        if where.field == Field(KEY):  # which is neither null nor empty
            return f'{column} {"!=" if where.negated else "=="} ""'
        return f"{column} is {'not ' if where.negated else ''}null"
    if isinstance(where, In):
        if isinstance(
            where.values[0], float
        ):  # Arrow's `in` takes -0.0 for another number than 0.0
            one, joint = (" != ", " and ") if where.negated else (" == ", " or ")
            return f"({joint.join(f'{column}{one}{literal(each)}' for each in where.values)})"
        if not where.negated:
            return f"{column} in {listed(where.values)}"
        # Arrow lets a null through `not in`.
        return f"({_is_there(where.field)} and {column} not in {listed(where.values)})"
    # Not array_contains, as Milvus Lite takes no negative number in it.
    positive = f"array_contains_any({column}, {listed([where.value])})"
    return f"({_is_there(where.field)} and not {positive})" if where.negated else positive


def _is_there(field: Field) -> str:
    return f'{field.name} != ""' if field.name == KEY else f"{column_name(field.name)} is not null"


def _compared(operand: str, where: Comparison) -> str:
    """A comparison with a member of JSON, which has to be of the literal's type."""
    value = literal(where.value)
    if where.operator == "!=":  # what is of another type compares as null
        return f"({operand} < {value} or {operand} > {value})"
    return f"{operand} {where.operator} {value}"


def _escaped(part: str | Wildcard) -> str:
    if isinstance(part, Wildcard):
        return part.value
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in part)
