"""Rows as Arrow tables, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pyarrow as pa

from towhee.search.field_types import FieldType
from towhee.search.stores.driver import Hit, RowBatch, Vectors
from towhee.search.stores.schema import KEY, VECTOR, CollectionSchema

DISTANCE = "_distance"
RELEVANCE = "_score"
QUERY = "query_index"
"""Columns that LanceDB adds to what it finds."""

_PREFIX = "payload_"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TYPES: dict[FieldType, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("us", "UTC"),
    "strings": pa.list_(pa.string()),
    "integers": pa.list_(pa.int64()),
    "floats": pa.list_(pa.float64()),
    "json": pa.string(),
}


def column_of(field: str) -> str:
    """The column of a field. Names that LanceDB gives to columns of its own are out of reach."""
    is_taken = field.startswith(("_", _PREFIX)) or field == QUERY
    return _PREFIX + field if is_taken else field


def arrow_schema(schema: CollectionSchema) -> pa.Schema:
    """The columns of a collection."""
    return pa.schema(
        [
            pa.field(KEY, pa.string(), nullable=False),
            pa.field(VECTOR, pa.list_(pa.float32(), schema.dimension)),
            *(
                pa.field(column_of(name), _TYPES[kind])
                for name, kind in schema.stored_fields.items()
            ),
        ]
    )


def as_arrow(schema: CollectionSchema, rows: RowBatch) -> pa.Table:
    """Rows as a table; the vectors are not copied."""
    assert rows.vectors is not None
    numbers = pa.array(np.ascontiguousarray(rows.vectors).reshape(-1))
    columns = [
        pa.array(rows.keys, pa.string()),
        pa.FixedSizeListArray.from_arrays(numbers, schema.dimension),
    ]
    for name, kind in schema.stored_fields.items():
        values = rows.payload[name]
        if kind == "json":
            values = [
                None if value is None else json.dumps(value, ensure_ascii=False) for value in values
            ]
        columns.append(pa.array(values, _TYPES[kind]))
    return pa.Table.from_arrays(columns, schema=arrow_schema(schema))


def vectors_of(table: pa.Table | pa.RecordBatch, dimension: int) -> Vectors:
    """The vectors of a table, ``(n, d) float32``."""
    column = table[VECTOR]
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    arrays = [chunk.flatten().to_numpy() for chunk in chunks]
    joined = np.concatenate(arrays) if arrays else np.empty(0, np.float32)
    return joined.reshape(-1, dimension).astype(np.float32, copy=False)


def as_rows(
    schema: CollectionSchema, table: pa.Table | pa.RecordBatch, fields: Sequence[str], vectors: bool
) -> RowBatch:
    """Rows of a table that holds the columns of some fields."""
    return RowBatch(
        table[KEY].to_pylist(),
        vectors_of(table, schema.dimension) if vectors else None,
        {name: _values(schema, table, name) for name in fields},
    )


def as_hits(
    schema: CollectionSchema, table: pa.Table, fields: Sequence[str], scores: Sequence[float]
) -> list[Hit]:
    """Rows of a table, with their scores."""
    keys = table[KEY].to_pylist()
    if not fields:
        return [Hit(key, score) for key, score in zip(keys, scores, strict=True)]
    columns = zip(*(_values(schema, table, name) for name in fields), strict=True)
    return [
        Hit(key, score, dict(zip(fields, values, strict=True)))
        for key, score, values in zip(keys, scores, columns, strict=True)
    ]


def scores_of(schema: CollectionSchema, table: pa.Table) -> list[float]:
    """The scores of what a search for vectors found.

    LanceDB gives the square of a Euclidean distance, and one less the inner product.
    """
    distances = table[DISTANCE].to_numpy().astype(np.float64)
    if schema.similarity == "L2":
        scores: list[float] = np.sqrt(np.maximum(distances, 0.0)).tolist()
        return scores
    products: list[float] = (1.0 - distances).tolist()
    return products


def _values(schema: CollectionSchema, table: pa.Table | pa.RecordBatch, field: str) -> list[Any]:
    column, kind = table[column_of(field)], schema.stored_fields[field]
    if kind == "time":  # by whole numbers, as not every version of Arrow gives the same time zone
        return [
            None if value is None else _EPOCH + timedelta(microseconds=value)
            for value in column.cast(pa.int64()).to_pylist()
        ]
    values: list[Any] = column.to_pylist()
    if kind == "json":
        return [None if value is None else json.loads(value) for value in values]
    return values
