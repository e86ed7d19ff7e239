"""FAISS's exact neighbours with every core at work, whether there is one query or many."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import faiss
import numpy as np
import numpy.typing as npt

from towhee.search.matrix_products import matrix_products
from towhee.search.metric import Vectors

Found = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]
Similarity = Literal["L2", "IP"]

_WORTH_A_THREAD = 2**22
"""Multiplications from which on a thread of its own is worth the tenth of a millisecond."""


def knn(queries: Vectors, vectors: Vectors, k: int, similarity: Similarity) -> Found:
    """The nearest vectors of each query, nearest first, in FAISS's float32.

    Each core takes a part of the vectors. FAISS's own threads share the queries instead, so that
    one query has one core; and they wait for each other by spinning, so that on a machine that
    does something else as well a search takes several times as long.

    Args:
        queries: ``(q, d) float32``.
        vectors: ``(n, d) float32``, at least ``k`` of them.
        k: how many.
        similarity: ``"L2"`` or ``"IP"``.

    Returns:
        Squared distances or products ``(q, k) float32``, and places ``(q, k) int64``.

    Example:
        >>> vectors = np.eye(3, dtype=np.float32)
        >>> costs, places = knn(vectors[:1], vectors, 2, "L2")
        >>> costs.tolist(), places.tolist()
        ([[0.0, 2.0]], [[0, 1]])
    """
    measure = faiss.METRIC_L2 if similarity == "L2" else faiss.METRIC_INNER_PRODUCT
    worth = len(queries) * vectors.size // _WORTH_A_THREAD
    parts = max(1, min(faiss.omp_get_max_threads(), worth, len(vectors) // max(1, k)))
    bounds = np.linspace(0, len(vectors), parts + 1).astype(int)

    def nearest_of(part: int) -> Found:
        some = vectors[bounds[part] : bounds[part + 1]]
        with _one_thread():
            costs, places = faiss.knn(queries, some, k, measure)
        return costs, places + bounds[part]

    with matrix_products(len(queries)):
        if parts == 1:
            return nearest_of(0)
        with ThreadPoolExecutor(parts, "towhee-knn") as threads:
            pieces = list(threads.map(nearest_of, range(parts)))
    return merged([costs for costs, _ in pieces], [at for _, at in pieces], k, similarity)


def merged(
    costs: list[npt.NDArray[np.float32]],
    places: list[npt.NDArray[np.int64]],
    k: int,
    similarity: Similarity,
) -> Found:
    """The ``k`` nearest of what was found in several parts, of equals those of earlier parts."""
    all_costs, all_places = np.concatenate(costs, axis=1), np.concatenate(places, axis=1)
    ranked = all_costs if similarity == "L2" else -all_costs
    order = np.argsort(ranked, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(all_costs, order, 1), np.take_along_axis(all_places, order, 1)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """FAISS uses the calling thread alone; the setting is one of each thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
