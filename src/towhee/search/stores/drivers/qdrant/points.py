"""Rows as points of Qdrant, and back.

A point's id is a UUID made of the row's key, so that a row that is written twice is one point;
the key itself is in the payload. Beside the columns there are two kinds of helpers, whose names
no column can have:

* ``<column>-kinds`` of a JSON column says of which type each member is, as Qdrant's conditions
  take a list for each of its elements, and an empty list for nothing;
* ``<column>-high`` and ``<column>-low`` are the halves of an integer beyond 2**53, as Qdrant
  orders integers by the nearest float.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np

from towhee.search.field_types import FieldType
from towhee.search.stores.driver import Hit, RowBatch, Sparse
from towhee.search.stores.schema import KEY, VECTOR, CollectionSchema

SPARSE = "sparse"
EXACT_INTEGERS = 2**53
"""Integers below it, and above its negative, are floats as well."""

_NAMESPACE = uuid.UUID("8d2c1f2e-5f0b-5b8e-9a43-3b0f6f1f7c55")
_HALF = 32


def point_id(key: str) -> str:
    """The id of the point of a row.

    Example:
        >>> point_id("a.jpg") == point_id("a.jpg") != point_id("b.jpg")
        True
    """
    return str(uuid.uuid5(_NAMESPACE, key))


def halves(number: int) -> tuple[int, int]:
    """Two integers whose order, one behind the other, is that of integers of 64 bits.

    Example:
        >>> halves(2**32 + 5), halves(-1)
        ((1, 5), (-1, 4294967295))
    """
    return number >> _HALF, number & (2**_HALF - 1)


def kind_token(path: Sequence[str], kind: str) -> str:
    """What a ``-kinds`` helper has for a member of a type."""
    return f"{kind}:{json.dumps(list(path), ensure_ascii=False)}"


def kind_of(value: Any) -> str:
    """The type of a JSON value that is not null."""
    if isinstance(value, bool):
        return "boolean"
    for kind, types in (("text", str), ("number", (int, float)), ("list", list)):
        if isinstance(value, types):
            return kind
    return "object"


def as_points(schema: CollectionSchema, rows: RowBatch) -> list[Any]:
    """Rows as points."""
    from qdrant_client.models import PointStruct

    assert rows.vectors is not None
    return [
        PointStruct(id=point_id(key), vector=vector, payload=payload)
        for key, vector, payload in zip(
            rows.keys, _vectors(schema, rows), _payloads(schema, rows), strict=True
        )
    ]


def as_rows(
    schema: CollectionSchema, points: Sequence[Any], vectors: bool, fields: Sequence[str]
) -> RowBatch:
    """Points as rows."""
    kinds = schema.stored_fields
    found = [point.payload for point in points]
    array = sparse = None
    if vectors:
        array = np.array([point.vector[VECTOR] for point in points], np.float32)
        array = array.reshape(len(points), schema.dimension)
        if schema.sparse:
            sparse = [_sparse(point.vector.get(SPARSE)) for point in points]
    return RowBatch(
        [payload[KEY] for payload in found],
        array,
        {name: [_value(payload.get(name), kinds[name]) for payload in found] for name in fields},
        sparse,
    )


def as_hits(schema: CollectionSchema, points: Sequence[Any], fields: Sequence[str]) -> list[Hit]:
    """Points that a search found."""
    kinds = schema.stored_fields
    return [
        Hit(
            point.payload[KEY],
            float(point.score),
            {name: _value(point.payload.get(name), kinds[name]) for name in fields},
        )
        for point in points
    ]


def as_sparse(vector: Sparse) -> Any:
    """A sparse vector as the client takes it."""
    from qdrant_client.models import SparseVector

    return SparseVector(indices=list(vector), values=list(vector.values()))


def _vectors(schema: CollectionSchema, rows: RowBatch) -> Iterator[dict[str, Any]]:
    assert rows.vectors is not None
    dense = rows.vectors.tolist()
    if not schema.sparse or rows.sparse is None:
        return ({VECTOR: vector} for vector in dense)
    return (
        {VECTOR: vector, SPARSE: as_sparse(sparse)} if sparse else {VECTOR: vector}
        for vector, sparse in zip(dense, rows.sparse, strict=True)
    )


def _sparse(vector: Any) -> Sparse:
    if vector is None:
        return {}
    return dict(zip(vector.indices, vector.values, strict=True))


def _payloads(schema: CollectionSchema, rows: RowBatch) -> Iterator[dict[str, Any]]:
    columns: dict[str, list[Any]] = {KEY: rows.keys}
    for name, kind in schema.stored_fields.items():
        values = rows.payload[name]
        columns[name] = [_stored(value) for value in values] if kind == "time" else values
        if kind == "json":
            columns[f"{name}-kinds"] = [list(_kinds(value)) for value in values]
    rows_of = zip(*columns.values(), strict=True)
    payloads = (dict(zip(columns, values, strict=True)) for values in rows_of)
    integers = [name for name, kind in schema.stored_fields.items() if kind == "integer"]
    return (_with_halves(payload, integers) for payload in payloads) if integers else payloads


def _with_halves(payload: dict[str, Any], integers: Sequence[str]) -> dict[str, Any]:
    for name in integers:
        number = payload[name]
        if number is not None and abs(number) >= EXACT_INTEGERS:
            payload[f"{name}-high"], payload[f"{name}-low"] = halves(number)
    return payload


def _kinds(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    if value is None:
        return
    yield kind_token(path, kind_of(value))
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _kinds(member, (*path, name))


def _stored(value: datetime | None) -> str | None:
    return (
        None if value is None else f"{value.replace(tzinfo=None).isoformat('T', 'microseconds')}Z"
    )


def _value(value: Any, kind: FieldType) -> Any:
    """A value of a column; JSON does not tell ``1.0`` from ``1`` everywhere."""
    if value is None:
        return None
    if kind == "time":
        return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=timezone.utc)
    if kind == "float":
        return float(value)
    if kind == "floats":
        return [float(each) for each in value]
    return value
