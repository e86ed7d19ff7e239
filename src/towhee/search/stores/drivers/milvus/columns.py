"""Rows of towhee as rows of Milvus, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from towhee.errors import DataError
from towhee.search.field_types import FieldType
from towhee.search.stores.driver import RowBatch, Sparse
from towhee.search.stores.drivers.milvus.json_values import decoded_json, encoded_json
from towhee.search.stores.drivers.milvus.naming import KEY, SPARSE, VECTOR, column_name
from towhee.search.stores.drivers.milvus.quoting import microseconds, time_of
from towhee.search.stores.schema import CollectionSchema

LONGEST_TEXT = 65_535
LONGEST_LIST = 4_096
_EMPTY = 2**32 - 2
"""The place that stands for a sparse vector without numbers, which Milvus refuses. No vector of
towhee's reaches it."""

Row = dict[str, Any]


def rows_of(schema: CollectionSchema, batch: RowBatch, *, is_lite: bool) -> list[Row]:
    """Rows as ``MilvusClient.upsert`` takes them.

    Raises:
        DataError: for a text or a list that is too long for Milvus, or a negative number in a
            sparse vector of Milvus Lite.
    """
    assert batch.vectors is not None
    columns: dict[str, Sequence[Any]] = {KEY: batch.keys, VECTOR: batch.vectors.tolist()}
    for name, kind in schema.stored_fields.items():
        columns[column_name(name)] = _encoded(name, kind, batch, is_lite)
    if batch.sparse is not None:
        columns[SPARSE] = [encoded_sparse(each, is_lite=is_lite) for each in batch.sparse]
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def batch_of(
    schema: CollectionSchema, rows: Sequence[Row], *, vectors: bool, fields: Sequence[str]
) -> RowBatch:
    """Rows as ``MilvusClient.query`` gives them, by columns."""
    array = None
    if vectors:
        array = np.asarray([row[VECTOR] for row in rows], np.float32)
        array = array.reshape(len(rows), schema.dimension)
    return RowBatch(
        [row[KEY] for row in rows],
        array,
        {name: _decoded(schema, name, rows) for name in fields},
        [decoded_sparse(row[SPARSE]) for row in rows] if vectors and schema.sparse else None,
    )


def output_columns(schema: CollectionSchema, *, vectors: bool, fields: Sequence[str]) -> list[str]:
    """The columns to ask Milvus for."""
    names = [KEY, *map(column_name, fields)]
    if vectors:
        names += [VECTOR, SPARSE] if schema.sparse else [VECTOR]
    return names


def payload_of(schema: CollectionSchema, row: Mapping[str, Any], fields: Sequence[str]) -> Row:
    """The payload of a row that a search found."""
    return {name: _decoded(schema, name, [row])[0] for name in fields}


def encoded_sparse(vector: Sparse, *, is_lite: bool) -> dict[int, float]:
    """A sparse vector as Milvus keeps it, in float32.

    Raises:
        DataError: for a negative number, which Milvus Lite does not keep.
    """
    kept = {place: number for place, n in vector.items() if (number := float(np.float32(n)))}
    if is_lite and any(number < 0 for number in kept.values()):
        raise DataError(
            f"Milvus Lite keeps no negative numbers in sparse vectors ({min(kept.values())}); "
            "use a server of Milvus or another store"
        )
    return kept or {_EMPTY: 1.0}


def decoded_sparse(kept: Mapping[int, float]) -> Sparse:
    """A sparse vector as it was given."""
    return {place: number for place, number in kept.items() if place != _EMPTY}


def _encoded(name: str, kind: FieldType, batch: RowBatch, is_lite: bool) -> Sequence[Any]:
    values = batch.payload[name]
    if kind in ("integer", "float", "boolean"):
        return values
    if kind == "time":
        return _mapped(microseconds, values)
    if kind == "json":
        return _mapped(lambda value: encoded_json(value, twins=is_lite), values)
    for key, value in zip(batch.keys, values, strict=True):
        if value is not None:
            _check_length(f"column {name!r} of row {key!r:.80}", kind, value)
    return values


def _decoded(schema: CollectionSchema, name: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    column, kind = column_name(name), schema.stored_fields[name]
    values = [row[column] for row in rows]
    if kind == "time":
        return _mapped(time_of, values)
    if kind == "json":
        return _mapped(decoded_json, values)
    if kind in ("strings", "integers", "floats"):
        return _mapped(list, values)
    return values


def _mapped(function: Callable[[Any], Any], values: Iterable[Any]) -> list[Any]:
    return [None if value is None else function(value) for value in values]


def _check_length(what: str, kind: FieldType, value: Any) -> None:
    if kind == "string":
        _check_text(what, value)
        return
    if len(value) > LONGEST_LIST:
        raise DataError(
            f"{what} is a list of {len(value):,}; Milvus keeps up to {LONGEST_LIST:,}: keep it as "
            "JSON, or in another store"
        )
    if kind == "strings":
        for element in value:
            _check_text(what, element)


def _check_text(what: str, text: str) -> None:
    if 4 * len(text) > LONGEST_TEXT and len(text.encode()) > LONGEST_TEXT:
        raise DataError(
            f"{what} is a text of {len(text.encode()):,} bytes; Milvus keeps up to "
            f"{LONGEST_TEXT:,}: cut it, or use another store"
        )
