"""The indexes of a table: of its vectors, its text and its keys."""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.search.stores.schema import CollectionSchema, IndexSpec

if TYPE_CHECKING:
    from lancedb import AsyncTable

VECTOR_INDEX = "towhee_vector"
TEXT_INDEX = "towhee_text"
KEY_INDEX = "towhee_key"

ROWS_OF_KEY_INDEX = 50_000
"""Below it, reading all keys is as quick as looking them up."""

_ROWS_IN_GRAPH = 1_000_000
_LEAST_ROWS = {"hnsw": 1, "ivf_flat": 1, "ivf_pq": 256}
_NPROBE = 20
_EF = 64  # by itself LanceDB 0.40 takes 1.5 topk, and a search for one row misses a tenth of them
_MOST_FRAGMENTS = 100  # a search reads several at once, so some are better than one
_MOST_ROWS_OUTSIDE = 0.1


def require_index(schema: CollectionSchema, index: IndexSpec) -> None:
    """Refuse parameters that cannot be.

    Raises:
        UsageError: if vectors cannot be cut into as many parts.
    """
    parts = index.build.get("pq_m")
    if parts and schema.dimension % parts:
        raise UsageError(
            f"vectors of {schema.dimension} numbers cannot be cut into pq_m={parts} equal parts; "
            f"take a divisor of {schema.dimension}"
        )


def is_worth_it(index: IndexSpec, rows: int) -> bool:
    """Whether there are enough rows to make the index of."""
    return index.kind != "flat" and rows >= _LEAST_ROWS[index.kind]


def vector_index(schema: CollectionSchema, index: IndexSpec, rows: int) -> Any:
    """The client's description of an index of vectors."""
    from lancedb.index import HnswFlat, IvfFlat, IvfPq

    distance = "l2" if schema.similarity == "L2" else "dot"
    build = index.build
    if index.kind == "hnsw":
        return HnswFlat(
            distance_type=distance,  # type: ignore[arg-type]  # mypy sees a str
            num_partitions=-(-rows // _ROWS_IN_GRAPH),
            m=build.get("m", 16),
            ef_construction=build.get("ef_construction", 200),
        )
    partitions = build.get("nlist", max(1, isqrt(rows)))
    if index.kind == "ivf_flat":
        return IvfFlat(
            distance_type=distance,  # type: ignore[arg-type]  # mypy sees a str
            num_partitions=min(partitions, rows),
        )
    return IvfPq(
        distance_type=distance,  # type: ignore[arg-type]  # mypy sees a str
        num_partitions=max(1, min(partitions, rows // 256)),
        num_sub_vectors=build.get("pq_m", _parts(schema.dimension)),
    )


def text_index() -> Any:
    """The client's description of an index of text: words of any language, as they stand."""
    from lancedb.index import FTS

    return FTS(base_tokenizer="icu", stem=False, remove_stop_words=False)


async def bring_up_to_date(table: AsyncTable, schema: CollectionSchema, rows: int) -> None:
    """Make the indexes that are missing, or that have come to be made of a minority of the rows."""
    from lancedb.index import BTree

    if is_worth_it(schema.index, rows):
        known = await table.index_stats(VECTOR_INDEX)
        if known is None or known.num_unindexed_rows > known.num_indexed_rows:
            await make_vector_index(table, schema, schema.index, rows)
    if rows >= ROWS_OF_KEY_INDEX and await table.index_stats(KEY_INDEX) is None:
        await table.create_index("key", config=BTree(), name=KEY_INDEX)


async def make_vector_index(
    table: AsyncTable, schema: CollectionSchema, index: IndexSpec, rows: int
) -> None:
    """Replace the index of the vectors."""
    made = vector_index(schema, index, rows)
    await table.create_index("vector", config=made, name=VECTOR_INDEX, replace=True)


async def is_untidy(table: AsyncTable, count: int) -> bool:
    """Whether searches would gain by putting the table in order.

    Putting it in order writes all of it anew up to a million rows, so it is not done each time.
    """
    stats: Any = await table.stats()
    if stats["fragment_stats"]["num_fragments"] > _MOST_FRAGMENTS:
        return True
    for name in (VECTOR_INDEX, TEXT_INDEX, KEY_INDEX):
        index = await table.index_stats(name)
        if index is not None and index.num_unindexed_rows > _MOST_ROWS_OUTSIDE * count:
            return True
    return False


def searched(query: Any, kind: str, topk: int, parameters: Any) -> Any:
    """A query with the parameters of its search.

    ``nprobes`` bounds the partitions from above too: without a bound, LanceDB 0.40 looks at all of
    them for any query.
    """
    if kind == "hnsw":
        return query.ef(max(topk, parameters.get("ef", _EF)))
    if kind in ("ivf_flat", "ivf_pq"):
        query = query.nprobes(parameters.get("nprobe", _NPROBE))
    if kind == "ivf_pq" and "refine" in parameters:
        query = query.refine_factor(parameters["refine"])
    return query


def _parts(dimension: int) -> int:
    """As many parts as the client takes by itself: of 16 or of 8 numbers, or a single one."""
    return next((dimension // size for size in (16, 8) if dimension % size == 0), 1)
