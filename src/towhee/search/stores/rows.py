"""Rows and queries as users give them, checked and made what a driver takes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from towhee.errors import DataError, UnknownNameError, UsageError, one_line
from towhee.search.field_types import FieldType, checked_value, field_type_of
from towhee.search.metric import as_vectors, unit_length
from towhee.search.stores.driver import RowBatch, Sparse, Vectors
from towhee.search.stores.schema import MAX_KEY_BYTES, CollectionSchema, KeyType

Columns = dict[str, list[Any]]
_MOST_INTEGER = 2**63


def listed(values: Any, what: str) -> list[Any]:
    """Several values as a list.

    Raises:
        UsageError: for a single value. A text is one: its letters are never meant.
    """
    is_many = isinstance(values, Iterable) and not isinstance(values, (str, bytes))
    if not is_many or getattr(values, "ndim", 1) == 0:
        raise UsageError(f"{what} are given as a list, not as {one_line(repr(values), 60)}")
    return list(values)


def columns_of(payload: Any, count: int) -> Columns:
    """The payload of some rows by columns.

    Args:
        payload: values by column name, or a mapping for each row; ``None`` for none.
        count: how many rows there are.

    Raises:
        UsageError: if it is for another number of rows.
    """
    if payload is None:
        return {}
    if isinstance(payload, Mapping):
        columns = {
            str(name): listed(values, f"the values of column {name!r}")
            for name, values in payload.items()
        }
        for name, values in columns.items():
            if len(values) != count:
                raise UsageError(f"column {name!r} has {len(values)} values for {count} rows")
        return columns
    rows = listed(payload, "payloads")
    if len(rows) != count:
        raise UsageError(f"there are {len(rows)} payloads for {count} rows")
    for row in rows:
        if not isinstance(row, Mapping):
            raise UsageError(f"a payload is a mapping of columns, not {type(row).__name__}")
    names = dict.fromkeys(name for row in rows for name in row)
    return {str(name): [row.get(name) for row in rows] for name in names}


def field_types(columns: Columns, given: Mapping[str, FieldType]) -> dict[str, FieldType]:
    """The types of columns, by what is in them where they are not given.

    Raises:
        UsageError: if a column has no value by which its type could be told.
    """
    found: dict[str, FieldType] = dict(given)
    for name, values in columns.items():
        if name in found:
            continue
        kind = field_type_of(values, f"column {name!r}")
        if kind is None:
            raise UsageError(
                f"the first rows have nothing in column {name!r}, so its type is not known: name "
                f'it, as in fields={{"{name}": "string"}}'
            )
        found[name] = kind
    return found


def key_type_of(keys: Sequence[Any]) -> KeyType:
    """Whether keys are whole numbers or texts; they are of one kind."""
    return "integer" if keys and all(_is_integer(key) for key in keys) else "string"


def encoded_keys(keys: Iterable[Any], key_type: KeyType, shown: str) -> list[str]:
    """Keys as a store holds them.

    Raises:
        UsageError: for a single key.
        DataError: for a key of another type, an empty one, or one that not every store can hold.
    """
    keys = listed(keys, "keys")
    is_plain = key_type == "string" and _are_plain_texts(keys) and all(keys)
    if is_plain and max(map(len, keys)) <= MAX_KEY_BYTES:
        return keys
    return [_encoded(key, key_type, shown) for key in keys]


def decoded_key(key: str, key_type: KeyType) -> Any:
    """A key as it was given."""
    return int(key) if key_type == "integer" else key


def _encoded(key: Any, key_type: KeyType, shown: str) -> str:
    if key_type == "integer":
        if not _is_integer(key) or not -_MOST_INTEGER <= key < _MOST_INTEGER:
            raise DataError(f"the keys of {shown} are whole numbers of 64 bits, not {key!r:.80}")
        return str(int(key))
    text = os.fspath(key) if isinstance(key, os.PathLike) else key
    if not isinstance(text, str):
        raise DataError(f"the keys of {shown} are texts, not {type(key).__name__} ({key!r:.80})")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise DataError(
            f"the key {text!r:.80} holds half a character, which no store can keep; rename the file"
        ) from error
    if not text or "\0" in text or size > MAX_KEY_BYTES:
        why = "is empty" if not text else "holds a NUL" if "\0" in text else f"has {size:,} bytes"
        raise DataError(
            f"the key {text!r:.80} {why}; a key is a text of 1 to {MAX_KEY_BYTES:,} bytes "
            "without NUL"
        )
    return text


def _is_integer(key: Any) -> bool:
    return isinstance(key, (int, np.integer)) and not isinstance(key, bool)


def checked_vectors(vectors: Any, schema: CollectionSchema, what: str) -> Vectors:
    """Vectors ``(n, d) float32`` as the collection keeps and compares them.

    Raises:
        UsageError: if they are of another length.
        DataError: for NaN, infinity, or a zero vector under cosine.
    """
    array = as_vectors(vectors, what)
    if len(array) and array.shape[1] != schema.dimension:
        raise UsageError(
            f"{what} have {array.shape[1]} numbers and those of the collection {schema.name!r} "
            f"{schema.dimension}; embed both with the same model"
        )
    array = array.reshape(len(array), schema.dimension)
    return unit_length(array, what) if schema.metric == "cosine" and len(array) else array


def checked_payload(columns: Columns, schema: CollectionSchema, count: int) -> Columns:
    """The values of all columns of the collection, of their types.

    Raises:
        UnknownNameError: for a column that the collection does not have.
        DataError: for a value of another type.
    """
    for name in columns:
        if name not in schema.fields:
            known = ", ".join(schema.fields) or "none"
            raise UnknownNameError(
                "payload column", name, schema.fields, f"in {schema.name!r} (it has {known})"
            )
    return {
        name: _checked_column(columns[name], kind, name) if name in columns else [None] * count
        for name, kind in schema.fields.items()
    }


def _checked_column(values: list[Any], kind: FieldType, name: str) -> list[Any]:
    if _are_plain(values, kind):
        return values
    return [
        None if value is None else checked_value(value, kind, f"column {name!r}, row {place}")
        for place, value in enumerate(values)
    ]


def _are_plain(values: list[Any], kind: FieldType) -> bool:
    """Whether all are as a store takes them, seen at a glance; most are."""
    if kind == "string":
        return _are_plain_texts(values)
    types = set(map(type, values))
    if kind == "integer":
        return types == {int} and min(values) >= -(2**63) and max(values) < 2**63
    if kind == "float":
        return types == {float} and bool(np.isfinite(values).all())
    return kind == "boolean" and types == {bool}


def _are_plain_texts(values: list[Any]) -> bool:
    """Whether all are texts of ASCII without NUL."""
    if set(map(type, values)) != {str}:
        return False
    joined = "".join(values)
    return joined.isascii() and "\0" not in joined


def checked_sparse(vectors: Iterable[Mapping[Any, Any]], what: str) -> list[Sparse]:
    """Sparse vectors with the numbers that are not zero.

    Raises:
        DataError: for places or numbers that cannot be.
    """
    checked: list[Sparse] = []
    for row, vector in enumerate(vectors):
        if not isinstance(vector, Mapping):
            raise DataError(f"{what}, row {row}: a sparse vector is a mapping of places to numbers")
        for place, number in vector.items():
            if not _is_integer(place) or not 0 <= place < 2**31:
                raise DataError(f"{what}, row {row}: {place!r} is no place in a sparse vector")
            if not np.isfinite(number):
                raise DataError(f"{what}, row {row}: {number!r} at {place} is no number")
        checked.append({int(place): float(n) for place, n in vector.items() if n})
    return checked


def without_doubles(rows: RowBatch) -> RowBatch:
    """The rows with the last one of each key alone."""
    last = {key: place for place, key in enumerate(rows.keys)}
    if len(last) == len(rows):
        return rows
    return taken(rows, list(last.values()))


def sliced(rows: RowBatch, start: int, stop: int) -> RowBatch:
    """The rows from one place up to another."""
    if start == 0 and stop >= len(rows):
        return rows
    return RowBatch(
        rows.keys[start:stop],
        None if rows.vectors is None else rows.vectors[start:stop],
        {name: values[start:stop] for name, values in rows.payload.items()},
        None if rows.sparse is None else rows.sparse[start:stop],
    )


def taken(rows: RowBatch, places: Sequence[int]) -> RowBatch:
    """The rows at some places."""
    return RowBatch(
        [rows.keys[place] for place in places],
        None if rows.vectors is None else rows.vectors[list(places)],
        {name: [values[place] for place in places] for name, values in rows.payload.items()},
        None if rows.sparse is None else [rows.sparse[place] for place in places],
    )
