"""The schema and the indexes of a collection, as pymilvus describes them."""

from __future__ import annotations

from typing import Any

from towhee.search.field_types import FieldType
from towhee.search.stores.drivers.milvus.columns import LONGEST_LIST, LONGEST_TEXT
from towhee.search.stores.drivers.milvus.naming import (
    KEY,
    SPARSE,
    TEXT_SPARSE,
    VECTOR,
    column_name,
    index_name,
)
from towhee.search.stores.schema import CollectionSchema, IndexKind, IndexSpec

LONGEST_KEY = 2_048
"""Bytes: of a key, and of what the parts of a row add to it."""

INDEX_TYPES: dict[IndexKind, str] = {
    "flat": "FLAT",
    "hnsw": "HNSW",
    "ivf_flat": "IVF_FLAT",
    "ivf_pq": "IVF_PQ",
}
_M, _EF_CONSTRUCTION, _EF = 16, 200, 64
_NLIST, _NPROBE = 128, 16
_NUMBERS_IN_PQ_PART = 4


def milvus_schema(schema: CollectionSchema) -> Any:
    """The columns of a collection as a ``pymilvus.CollectionSchema``."""
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    columns = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    columns.add_field(KEY, DataType.VARCHAR, is_primary=True, max_length=LONGEST_KEY)
    columns.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=schema.dimension)
    for name, kind in schema.stored_fields.items():
        arguments = _column_arguments(kind)
        if name == schema.text:
            arguments["enable_analyzer"] = True
        columns.add_field(column_name(name), nullable=True, **arguments)
    if schema.sparse:
        columns.add_field(SPARSE, DataType.SPARSE_FLOAT_VECTOR)
    if schema.text is not None:
        columns.add_field(TEXT_SPARSE, DataType.SPARSE_FLOAT_VECTOR)
        columns.add_function(
            Function(
                name="bm25",
                function_type=FunctionType.BM25,
                input_field_names=[column_name(schema.text)],
                output_field_names=[TEXT_SPARSE],
            )
        )
    return columns


def milvus_indexes(schema: CollectionSchema) -> Any:
    """All indexes of a collection as ``pymilvus.IndexParams``."""
    indexes = vector_index(schema, schema.index)
    for column, metric in ((SPARSE, "IP"), (TEXT_SPARSE, "BM25")):
        if schema.sparse if column == SPARSE else schema.text is not None:
            indexes.add_index(
                column, "SPARSE_INVERTED_INDEX", index_name(column), metric_type=metric
            )
    return indexes


def vector_index(schema: CollectionSchema, spec: IndexSpec) -> Any:
    """The index of the vectors as ``pymilvus.IndexParams``."""
    from pymilvus import MilvusClient

    indexes = MilvusClient.prepare_index_params()
    indexes.add_index(
        VECTOR,
        INDEX_TYPES[spec.kind],
        index_name(VECTOR),
        metric_type=schema.similarity,
        params=build_parameters(spec, schema.dimension),
    )
    return indexes


def build_parameters(spec: IndexSpec, dimension: int) -> dict[str, int]:
    """Parameters of the making of an index, under the names of Milvus.

    Example:
        >>> build_parameters(IndexSpec.of("ivf_pq", nlist=64), 512)
        {'nlist': 64, 'm': 128, 'nbits': 8}
    """
    given = spec.build
    if spec.kind == "flat":
        return {}
    if spec.kind == "hnsw":
        return {
            "M": given.get("m", _M),
            "efConstruction": given.get("ef_construction", _EF_CONSTRUCTION),
        }
    nlist = {"nlist": given.get("nlist", _NLIST)}
    if spec.kind == "ivf_flat":
        return nlist
    return {**nlist, "m": given.get("pq_m") or _pq_parts(dimension), "nbits": 8}


def search_parameters(kind: IndexKind, given: dict[str, int], topk: int) -> dict[str, int]:
    """Parameters of a search, under the names of Milvus."""
    if kind == "hnsw":  # Milvus asks for no fewer candidates than rows
        return {"ef": max(topk, given.get("ef", _EF))}
    return {} if kind == "flat" else {"nprobe": given.get("nprobe", _NPROBE)}


def _pq_parts(dimension: int) -> int:
    """Into how many parts of equal length a vector is cut, if nobody says."""
    most = max(1, dimension // _NUMBERS_IN_PQ_PART)
    return next(parts for parts in range(most, 0, -1) if dimension % parts == 0)


def _column_arguments(kind: FieldType) -> dict[str, Any]:
    from pymilvus import DataType

    scalars = {
        "string": DataType.VARCHAR,
        "integer": DataType.INT64,
        "float": DataType.DOUBLE,
        "boolean": DataType.BOOL,
        "time": DataType.INT64,  # microseconds since 1970
        "json": DataType.JSON,
    }
    elements = {
        "strings": DataType.VARCHAR,
        "integers": DataType.INT64,
        "floats": DataType.DOUBLE,
    }
    arguments: dict[str, Any] = {"datatype": scalars.get(kind, DataType.ARRAY)}
    if kind in elements:
        arguments |= {"element_type": elements[kind], "max_capacity": LONGEST_LIST}
    if kind in ("string", "strings"):
        arguments["max_length"] = LONGEST_TEXT
    return arguments
