"""Exact search for many queries: a table's vectors are read once, and compared by products.

LanceDB 0.40 goes through all vectors once a query, on one core: five times as long at 100 queries
of 384 numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from towhee.search.knn import Found, merged
from towhee.search.metric import lengths_of
from towhee.search.nearest import nearest
from towhee.search.stores.driver import Hit, Vectors
from towhee.search.stores.drivers.lancedb import rows
from towhee.search.stores.schema import VECTOR, CollectionSchema

if TYPE_CHECKING:
    from lancedb import AsyncTable

FEWEST_QUERIES = 16
"""From which on reading all vectors is the quicker; with fewer, LanceDB's own search is."""

ROW_ID = "_rowid"
_ROWS_AT_ONCE = 8192


def blocks(read: Callable[[], pa.RecordBatch | None], dimension: int) -> Iterator[Found]:
    """Vectors ``(n, d)`` and their row ids ``(n,)``, some thousands of rows at once.

    Args:
        read: gives the next batch of a reader, ``None`` behind the last one.
        dimension: of the vectors.
    """
    held: list[pa.RecordBatch] = []
    while (piece := read()) is not None:
        held.append(piece)
        if sum(each.num_rows for each in held) >= _ROWS_AT_ONCE:
            yield _block(held, dimension)
            held = []
    if sum(each.num_rows for each in held):
        yield _block(held, dimension)


def _block(pieces: list[pa.RecordBatch], dimension: int) -> Found:
    table = pa.Table.from_batches(pieces)
    return rows.vectors_of(table, dimension), table[ROW_ID].to_numpy().astype(np.int64)


def nearest_rows(
    schema: CollectionSchema, queries: Vectors, topk: int, found: Iterator[Found]
) -> Found:
    """The nearest of all rows for each query, nearest first.

    Args:
        schema: of the collection.
        queries: ``(q, d) float32``.
        topk: how many at most.
        found: the rows, some at a time.

    Returns:
        Scores as drivers give them ``(q, k) float32``, and row ids ``(q, k) int64``.
    """
    costs: npt.NDArray[np.float32] = np.empty((len(queries), 0), np.float32)
    ids: npt.NDArray[np.int64] = np.empty((len(queries), 0), np.int64)
    for vectors, row_ids in found:
        longest = float(lengths_of(vectors).max())
        few = min(topk, len(vectors))
        near, places = nearest(queries, vectors, few, schema.similarity, longest)
        costs, ids = merged([costs, near], [ids, row_ids[places]], topk, schema.similarity)
    return np.sqrt(costs) if schema.similarity == "L2" else costs, ids


async def vector_batches(query: Any) -> Any:  # Any: the reader's class is not LanceDB's to import
    """A reader of the vectors and row ids of a query's rows."""
    return await query.select([VECTOR]).with_row_id().to_batches(max_batch_length=_ROWS_AT_ONCE)


async def taken(table: AsyncTable, ids: npt.NDArray[np.int64], columns: list[str]) -> pa.Table:
    """The columns of some rows, each once, in the order of their ids."""
    asked = np.unique(ids)
    found = await table.take_row_ids(asked.tolist()).select(columns).with_row_id().to_arrow()
    return found.sort_by(ROW_ID)


def as_hits(
    schema: CollectionSchema,
    table: pa.Table,
    fields: Sequence[str],
    scores: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int64],
) -> list[list[Hit]]:
    """What was found for each query, of a table with each row once, in the order of row ids."""
    places = np.searchsorted(table[ROW_ID].to_numpy(), ids)
    in_order = table.take(places.reshape(-1))
    hits = rows.as_hits(schema, in_order, fields, scores.reshape(-1).tolist())
    width = ids.shape[1]
    return [hits[start : start + width] for start in range(0, len(ids) * width, width)]
