"""Exact neighbours in a block of vectors, at the speed of matrix products."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from towhee.search.knn import Found, Similarity, knn
from towhee.search.matrix_products import FEWEST_QUERIES
from towhee.search.metric import Vectors, lengths_of

# Of so few queries, and numbers in them, FAISS compares pair by pair, which rounds little.
_MOST_NUMBERS_PAIRED = 100_000
_MORE_CANDIDATES = 8
_NUMBERS_AT_ONCE = 2**24
_ROUNDING = 4 * float(np.finfo(np.float32).eps)


def nearest(
    queries: Vectors,
    vectors: Vectors,
    topk: int,
    similarity: Similarity,
    longest: float,
) -> Found:
    """The nearest vectors of each query, nearest first.

    Squared distances by matrix products lose what is small beside the lengths. So the candidates
    are compared pair by pair, and where one that is none may be nearer, all vectors are.

    Args:
        queries: ``(q, d) float32``.
        vectors: ``(n, d) float32``, at least ``topk`` of them.
        topk: how many.
        similarity: ``"L2"`` or ``"IP"``.
        longest: no vector is longer.

    Returns:
        Squared distances or products ``(q, topk) float32``, and places ``(q, topk) int64``.
    """
    if similarity == "IP":
        return knn(queries, vectors, topk, "IP")
    paired = max(1, min(FEWEST_QUERIES - 1, _MOST_NUMBERS_PAIRED // vectors.shape[1]))
    if len(queries) <= paired:
        return knn(queries, vectors, topk, "L2")
    candidates = min(topk + _MORE_CANDIDATES, len(vectors))
    rough, places = knn(queries, vectors, candidates, "L2")
    squares = _squares(queries, vectors, places)
    order = np.argsort(squares, axis=1, kind="stable")[:, :topk]
    squares = np.take_along_axis(squares, order, 1)
    places = np.take_along_axis(places, order, 1)
    if candidates < len(vectors):
        largest = (lengths_of(queries) + longest) ** 2
        rounding = _ROUNDING * np.sqrt(vectors.shape[1]) * largest
        unsure = np.flatnonzero(rough[:, -1] - rounding <= squares[:, -1])
        for start in range(0, len(unsure), paired):
            some = unsure[start : start + paired]
            squares[some], places[some] = knn(queries[some], vectors, topk, "L2")
    return squares, places


def _squares(
    queries: Vectors, vectors: Vectors, places: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """The squared distances of the vectors at places ``(q, k)``, pair by pair."""
    squares = np.empty(places.shape, np.float32)
    step = max(1, _NUMBERS_AT_ONCE // max(1, places.shape[1] * vectors.shape[1]))
    for start in range(0, len(queries), step):
        some = slice(start, start + step)
        differences = vectors[places[some]] - queries[some, None]
        squares[some] = np.einsum("qkd,qkd->qk", differences, differences)
    return squares
