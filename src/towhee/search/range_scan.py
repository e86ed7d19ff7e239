"""Pairs of vectors that are near enough, and their costs in float64.

A cost is a squared distance or a negative product: the smaller, the nearer.
"""

from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np
import numpy.typing as npt

from towhee.search.metric import Metric, Vectors

QUERIES, ROWS = 1024, 8192
"""Of a tile. All its pairs, the most that can be found in it, are 100 MB."""

_NUMBERS = 2**16  # of vectors that are compared in float64 at once: half a MiB stays in the cache
_ROUNDINGS = 4 * float(np.finfo(np.float32).eps)
_LEAST, _LARGEST = float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).max) / 8

Places = npt.NDArray[np.int64]
Costs = npt.NDArray[np.float64]


def rounding(lengths: Costs, longest: float, dimension: int, metric: Metric) -> Costs:
    """How far costs that FAISS computes in float32 may be off, for queries of these lengths.

    It is a few roundings of the largest term; infinite where float32 cannot hold that term.
    """
    largest_term = (lengths + longest) ** 2 if metric == "L2" else lengths * longest
    off = _ROUNDINGS * np.sqrt(max(1, dimension)) * largest_term + 4 * dimension * _LEAST
    return np.where(largest_term < _LARGEST, off, np.inf)


def pairs_within(
    queries: Vectors, data: Vectors, limit: float, metric: Metric
) -> Iterator[tuple[Places, Places]]:
    """The pairs of query and row whose cost is at most ``limit`` as FAISS computes it.

    Args:
        queries: ``(q, d) float32``.
        data: ``(n, d) float32``.
        limit: of costs; infinity gives all pairs.
        metric: cosine takes products, and needs vectors of length 1.

    Yields:
        The positions of queries and of rows, ``(pairs,) int64`` each, tile by tile; in the order
        of the queries, and of each query in the order of the rows.
    """
    for begin in range(0, len(queries), QUERIES):
        some = queries[begin : begin + QUERIES]
        for start in range(0, len(data), ROWS):
            rows, places = _tile(some, data[start : start + ROWS], limit, metric)
            if len(rows):
                yield rows + begin, places + start


def _tile(queries: Vectors, data: Vectors, limit: float, metric: Metric) -> tuple[Places, Places]:
    if limit > _LARGEST:  # which may be infinite: FAISS gives what is below, not what is equal
        rows = np.repeat(np.arange(len(queries)), len(data))
        return rows, np.tile(np.arange(len(data)), len(queries))
    scan = faiss.range_search_L2sqr if metric == "L2" else faiss.range_search_inner_product
    radius = np.nextafter(np.float32(limit), np.float32(np.inf))
    radius = float(np.nextafter(radius, np.float32(np.inf)))
    found = faiss.RangeSearchResult(len(queries))
    queries, data = np.ascontiguousarray(queries), np.ascontiguousarray(data)
    scan(
        faiss.swig_ptr(queries),
        faiss.swig_ptr(data),
        queries.shape[1],
        len(queries),
        len(data),
        radius if metric == "L2" else -radius,
        found,
    )
    ends = faiss.rev_swig_ptr(found.lims, len(queries) + 1).astype(np.int64)
    rows = np.repeat(np.arange(len(queries)), np.diff(ends))
    count = int(ends[-1])
    if not count:
        return rows, np.empty(0, np.int64)
    places = faiss.rev_swig_ptr(found.labels, count).astype(np.int64)
    # Of a query FAISS hands on what its threads found, in any order.
    order = np.lexsort((places, rows))
    return rows, places[order]


def pair_costs(
    queries: Costs, data: Vectors, rows: Places, places: Places, metric: Metric
) -> Costs:
    """The costs of pairs, ``(pairs,) float64``, block by block."""
    costs = np.empty(len(rows))
    step = max(1, _NUMBERS // max(1, data.shape[1]))
    for start in range(0, len(rows), step):
        block = slice(start, start + step)
        asked = queries[rows[block]]
        if metric == "L2":
            asked -= data[places[block]]
            costs[block] = np.einsum("ij,ij->i", asked, asked)
        else:
            costs[block] = -np.einsum("ij,ij->i", asked, data[places[block]].astype(np.float64))
    return costs


def candidate_costs(queries: Costs, data: Vectors, places: Places, metric: Metric) -> Costs:
    """The costs of as many rows for each query: ``(q, c) float64`` for places ``(q, c)``."""
    costs = np.empty(places.shape)
    step = max(1, _NUMBERS // max(1, data.shape[1] * places.shape[1]))
    if places.shape[1] * data.shape[1] > 4 * _NUMBERS:
        rows = np.repeat(np.arange(len(places)), places.shape[1])
        return pair_costs(queries, data, rows, places.ravel(), metric).reshape(places.shape)
    for start in range(0, len(places), step):
        block = slice(start, start + step)
        found, asked = data[places[block]], queries[block]
        if metric == "L2":
            apart = np.subtract(found, asked[:, None, :], dtype=np.float64)
            np.einsum("qcd,qcd->qc", apart, apart, out=costs[block])
        else:
            products = np.matmul(found.astype(np.float64), asked[:, :, None])
            np.negative(products[:, :, 0], out=costs[block])
    return costs
