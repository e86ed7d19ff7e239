"""The indexes of a collection: of its vectors, its text and its payload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from towhee.search.field_types import FieldType
from towhee.search.stores.schema import CollectionSchema, IndexSpec

_PAYLOAD_INDEXES: dict[FieldType, str] = {
    "string": "keyword",
    "strings": "keyword",
    "integer": "integer",
    "integers": "integer",
    "float": "float",
    "floats": "float",
    "boolean": "bool",
    "time": "datetime",
}


def hnsw_of(index: IndexSpec) -> Any:
    """The graph over the vectors; none if they are compared one by one."""
    from qdrant_client.models import HnswConfigDiff

    if index.kind == "flat":
        return HnswConfigDiff(m=0)
    return HnswConfigDiff(
        m=index.build.get("m", 16), ef_construct=index.build.get("ef_construction", 200)
    )


def text_index() -> Any:
    """Words, in small letters, ranked by BM25."""
    from qdrant_client import models

    return models.TextIndexParams(
        type=models.TextIndexType.TEXT,
        scoring=models.TextScoringParams(type=models.TextScoringType.BM25),
    )


def payload_indexes(schema: CollectionSchema) -> Iterator[tuple[str, Any]]:
    """What a server filters by: names in the payload, and the kinds of their indexes.

    Without them a filter reads every row, and servers in strict mode refuse it.
    """
    from qdrant_client.models import PayloadSchemaType

    for name, kind in schema.stored_fields.items():
        if kind == "json":
            yield f"{name}-kinds", PayloadSchemaType.KEYWORD
        elif name != schema.text:
            yield name, PayloadSchemaType(_PAYLOAD_INDEXES[kind])
        if kind == "integer":
            yield f"{name}-high", PayloadSchemaType.INTEGER
            yield f"{name}-low", PayloadSchemaType.INTEGER
