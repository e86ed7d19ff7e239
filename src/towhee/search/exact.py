"""Exact nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np

from towhee.errors import UsageError
from towhee.search.metric import Metric, Vectors, as_vectors, unit_length
from towhee.types import SearchResult


class ExactSearch:
    """All vectors in memory, compared with each query; nothing is approximated.

    Args:
        vectors: ``(n, d)`` float32, or a sequence of ``n`` vectors.
        metric: ``"L2"`` (scores are Euclidean distances), ``"IP"`` or ``"cosine"``.
        keys: the rows' keys; their positions if not given.

    Raises:
        UsageError: for vectors of unequal length.
        DataError: for NaN, infinity, or a zero vector under cosine.

    Example:
        >>> index = ExactSearch(np.eye(3, dtype=np.float32), "cosine", keys=["x", "y", "z"])
        >>> index.search(np.array([[0.0, 2.0, 1.0]]), topk=2)[0].keys
        ['y', 'z']
    """

    def __init__(self, vectors: Any, metric: Metric, keys: Sequence[Any] | None = None) -> None:
        data = as_vectors(vectors, "data")
        if keys is not None and len(keys) != len(data):
            raise UsageError(f"{len(keys)} keys were given for {len(data)} vectors")
        self._keys = range(len(data)) if keys is None else keys
        self._metric = metric
        self.dimension = data.shape[1]
        if metric == "cosine":
            data = unit_length(data, "data")
        make = faiss.IndexFlatL2 if metric == "L2" else faiss.IndexFlatIP
        self._index = make(max(1, self.dimension))
        if len(data):
            self._index.add(data)

    def _distances(self, queries: Vectors, places: Any) -> Any:
        """Euclidean distances to the found vectors, from their differences.

        FAISS finds them by |x|² + |y|² - 2xy, which is exact enough to rank but not to tell
        an exact copy from a near one.
        """
        exact = np.empty(places.shape, np.float32)
        for row, (query, found) in enumerate(zip(queries, places, strict=True)):
            exact[row] = np.linalg.norm(self._index.reconstruct_batch(found) - query, axis=1)
        return exact

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, queries: Any, topk: int = 5) -> list[SearchResult]:
        """The ``topk`` nearest of each query (fewer if there are not as many), nearest first."""
        if not isinstance(topk, int) or topk < 1:
            raise UsageError(f"topk is a whole number of at least 1, not {topk!r}")
        vectors: Vectors = as_vectors(queries, "queries")
        if not len(self) or not len(vectors):
            return [SearchResult([], [], []) for _ in range(len(vectors))]
        if vectors.shape[1] != self.dimension:
            raise UsageError(
                f"queries have {vectors.shape[1]} numbers and the searched vectors "
                f"{self.dimension}; embed both with the same model"
            )
        if self._metric == "cosine":
            vectors = unit_length(vectors, "queries")
        scores, places = self._index.search(vectors, min(topk, len(self)))
        if self._metric == "L2":
            scores = self._distances(vectors, places)
        return [
            SearchResult(ids, near, [self._keys[i] for i in ids])
            for ids, near in zip(places.tolist(), scores.tolist(), strict=True)
        ]
