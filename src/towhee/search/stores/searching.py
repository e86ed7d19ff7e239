"""Searches of a collection: by vector, text or sparse vector, and several merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.search.fusion import reciprocal_rank_fusion
from towhee.search.stores import parts
from towhee.search.stores import rows as checked
from towhee.search.stores.connection import Connection
from towhee.search.stores.driver import Hit, Sparse, Vectors
from towhee.search.stores.schema import CollectionSchema
from towhee.types import SearchResult

_FIRST_CANDIDATES = 100
_SURELY_TAKEN = 16_384
_PARTS_OF_ROW = 4  # so many of the nearest parts may be of one row, at first


def search(
    connection: Connection,
    queries: Any,
    topk: int,
    *,
    filter: str | None,
    fields: Sequence[str] | None,
    parameters: Mapping[str, int],
) -> list[SearchResult]:
    """The nearest rows of each query, nearest first."""
    schema, driver = connection.schema, connection.driver
    vectors = _queries(schema, queries)
    columns, where = connection.fields(fields), connection.where(filter)
    spec = schema.index.searched_with(**parameters)
    topk = _as_many_as_there_are(connection, checked_count(topk, "topk"))

    def nearest(some: Vectors, count: int) -> list[list[Hit]]:
        return connection.call(
            lambda: driver.search(
                schema, some, count, where=where, fields=columns, parameters=spec.search
            )
        )

    found: list[list[Hit]] = []
    step = driver.abilities.queries_at_once
    for start in range(0, len(vectors), step):
        some = vectors[start : start + step]
        found += _nearest_rows(nearest, some, topk) if schema.multi else nearest(some, topk)
    return [_result(schema, hits) for hits in found]


def range_search(
    connection: Connection, query: Any, radius: float, *, limit: int, **how: Any
) -> SearchResult:
    """The rows within a distance, or above a score, nearest first."""
    limit = checked_count(limit, "limit")
    is_number = isinstance(radius, (int, float, np.number)) and not isinstance(radius, bool)
    if not is_number or not np.isfinite(radius):
        raise UsageError(f"radius is a number, not {radius!r}")
    query = _one_query(connection, query, "range_search")
    is_distance = connection.schema.metric == "L2"
    count = min(_FIRST_CANDIDATES, limit)
    while True:
        found = search(connection, query, count, **how)[0]
        inside = sum(score <= radius if is_distance else score >= radius for score in found.scores)
        if len(found) < count or inside < count or count == limit:
            return SearchResult(
                found.ids[:inside],
                found.scores[:inside],
                found.keys[:inside],
                found.payload[:inside],
            )
        count = min(8 * count, limit)


def hybrid_search(
    connection: Connection,
    query: Any,
    text: str | None,
    sparse: Sparse | None,
    topk: int,
    *,
    weights: Sequence[float] | None,
    candidates: int | None,
    filter: str | None,
    fields: Sequence[str] | None,
) -> SearchResult:
    """The rows that rank high in several searches, merged by reciprocal rank."""
    topk = checked_count(topk, "topk")
    count = 10 * topk if candidates is None else checked_count(candidates, "candidates")
    found: list[SearchResult] = []
    if query is not None:
        one = _one_query(connection, query, "hybrid_search")
        found += search(connection, one, count, filter=filter, fields=fields, parameters={})
    if text is not None:
        found.append(text_search(connection, text, count, filter=filter, fields=fields))
    if sparse is not None:
        found.append(sparse_search(connection, sparse, count, filter=filter, fields=fields))
    if not found:
        raise UsageError("hybrid_search looks for a query=, text= or sparse=; none was given")
    return _merged(found, weights, topk)


def _one_query(connection: Connection, query: Any, what: str) -> Vectors:
    """A single query ``(1, d)``."""
    query = query if isinstance(query, np.ndarray) else checked.listed(query, "the query's numbers")
    if len(vectors := _queries(connection.schema, query)) != 1:
        raise UsageError(f"{what} takes one vector, not {len(vectors)}")
    return vectors


def text_search(
    connection: Connection,
    query: str,
    topk: int,
    *,
    filter: str | None,
    fields: Sequence[str] | None,
) -> SearchResult:
    """The rows whose column of text is the most relevant to words."""
    schema, driver = connection.schema, connection.driver
    if schema.text is None:
        raise UsageError(
            f"the collection {schema.name!r} indexes no text; make it with text='column'"
        )
    if not isinstance(query, str):
        raise UsageError(f"a text is searched for, not {type(query).__name__}")
    columns, where = connection.fields(fields), connection.where(filter)
    return _ranked(
        connection,
        topk,
        lambda count: driver.text_search(schema, query, count, where=where, fields=columns),
    )


def sparse_search(
    connection: Connection,
    query: Sparse,
    topk: int,
    *,
    filter: str | None,
    fields: Sequence[str] | None,
) -> SearchResult:
    """The rows whose sparse vectors have the largest inner product with one."""
    schema, driver = connection.schema, connection.driver
    if not schema.sparse:
        raise UsageError(f"the collection {schema.name!r} has no sparse vectors")
    vector = checked.checked_sparse([query], "the query")[0]
    columns, where = connection.fields(fields), connection.where(filter)
    return _ranked(
        connection,
        topk,
        lambda count: driver.sparse_search(schema, vector, count, where=where, fields=columns),
    )


def _merged(
    found: Sequence[SearchResult], weights: Sequence[float] | None, topk: int
) -> SearchResult:
    """Several results in one, by the sums of reciprocal ranks."""
    rankings = [one.keys for one in found]
    ranked: list[tuple[Any, float]] = reciprocal_rank_fusion(rankings, weights=weights, topk=topk)
    payload: dict[Any, Any] = {}
    for one in found:
        payload.update(zip(one.keys, one.payload, strict=True))
    keys = [key for key, _ in ranked]
    scores = [score for _, score in ranked]
    return SearchResult(list(keys), scores, keys, [payload[key] for key in keys])


def checked_count(count: Any, what: str) -> int:
    """A number of rows.

    Raises:
        UsageError: if it is no whole number of at least 1.
    """
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
        raise UsageError(f"{what} is a whole number of at least 1, not {count!r}")
    return int(count)


def _as_many_as_there_are(connection: Connection, topk: int) -> int:
    """A number of rows to find; stores prepare room for all of a large one, or refuse it."""
    if topk <= _SURELY_TAKEN:
        return topk
    schema = connection.schema
    there = connection.call(lambda: connection.driver.count(schema, None))
    return max(1, min(topk, there))


def _queries(schema: CollectionSchema, queries: Any) -> Vectors:
    """Queries ``(q, d)``, of which a single one may have been given as ``(d,)``."""
    if not isinstance(queries, np.ndarray):
        queries = checked.listed(queries, "queries")
        if queries and np.ndim(queries[0]) == 0:
            queries = [queries]
    elif queries.ndim == 1:
        queries = queries[None]
    return checked.checked_vectors(queries, schema, "queries")


def _nearest_rows(
    nearest: Callable[[Vectors, int], list[list[Hit]]], queries: Vectors, topk: int
) -> list[list[Hit]]:
    def of_one(query: Vectors) -> list[Hit]:
        return _grown(lambda count: nearest(query[None], count)[0], topk)

    return list(map(of_one, queries))


def _ranked(
    connection: Connection, topk: int, search_for: Callable[[int], list[Hit]]
) -> SearchResult:
    """The rows that a search by rank gives."""
    topk = _as_many_as_there_are(connection, checked_count(topk, "topk"))

    def found(count: int) -> list[Hit]:
        return connection.call(lambda: search_for(count))

    schema = connection.schema
    return _result(schema, _grown(found, topk) if schema.multi else found(topk))


def _grown(search_for: Callable[[int], list[Hit]], topk: int) -> list[Hit]:
    """The nearest ``topk`` rows of several vectors, of which some may be near in many."""
    count = _PARTS_OF_ROW * topk
    while True:
        hits = search_for(count)
        rows = parts.nearest_rows(hits, topk)
        if len(rows) == topk or len(hits) < count:
            return rows
        count *= _PARTS_OF_ROW


def _result(schema: CollectionSchema, hits: Sequence[Hit]) -> SearchResult:
    keys = [checked.decoded_key(hit.key, schema.key_type) for hit in hits]
    return SearchResult(
        list(keys), [hit.score for hit in hits], keys, [hit.payload for hit in hits]
    )
