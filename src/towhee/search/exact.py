"""Exact nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.metric import Metric, Vectors, as_vectors, lengths_of, unit_length
from towhee.types import SearchResult

_MORE_CANDIDATES = 8
_MOST_CANDIDATES = 1024  # so many neighbours alike within rounding are told apart, and no more
_ROUNDING = 4 * float(np.finfo(np.float32).eps)


class ExactSearch:
    """All vectors in memory, compared with each query; nothing is approximated.

    FAISS proposes candidates at the speed of matrix products, whose rounding can rank close
    neighbours wrongly. They are scored again in float64, and more of them are taken until
    rounding cannot hide a nearer one. Of equal neighbours those of smaller position come first.

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
        self._centre = _centre(data) if metric == "L2" else np.zeros(self.dimension)
        data = (data - self._centre).astype(np.float32) if self._centre.any() else data
        self._longest = float(lengths_of(data).max(initial=0.0))
        make = faiss.IndexFlatL2 if metric == "L2" else faiss.IndexFlatIP
        self._index = make(max(1, self.dimension))
        if len(data):
            self._index.add(data)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, queries: Any, topk: int = 5) -> list[SearchResult]:
        """The ``topk`` nearest of each query (fewer if there are not as many), nearest first."""
        if not isinstance(topk, int) or topk < 1:
            raise UsageError(f"topk is a whole number of at least 1, not {topk!r}")
        vectors = as_vectors(queries, "queries")
        if not len(self) or not len(vectors):
            return [SearchResult([], [], []) for _ in range(len(vectors))]
        if vectors.shape[1] != self.dimension:
            raise UsageError(
                f"queries have {vectors.shape[1]} numbers and the searched vectors "
                f"{self.dimension}; embed both with the same model"
            )
        if self._metric == "cosine":
            vectors = unit_length(vectors, "queries")
        centred = vectors - self._centre
        topk = min(topk, len(self))
        results: dict[int, SearchResult] = {}
        pending = np.arange(len(vectors))
        candidates = min(topk + _MORE_CANDIDATES, len(self))
        while len(pending):
            proposed, places = self._index.search(centred[pending].astype(np.float32), candidates)
            for row, furthest, found in zip(pending.tolist(), proposed[:, -1], places, strict=True):
                result = self._settled(centred[row], topk, float(furthest), found)
                if result is not None:
                    results[row] = result
            pending = np.array([row for row in pending.tolist() if row not in results], np.int64)
            candidates = min(8 * candidates, self._most_candidates(topk))
        return [results[row] for row in range(len(vectors))]

    def _most_candidates(self, topk: int) -> int:
        return min(len(self), max(_MOST_CANDIDATES, 2 * topk))

    def _settled(
        self,
        query: npt.NDArray[np.float64],
        topk: int,
        furthest: float,
        places: npt.NDArray[np.int64],
    ) -> SearchResult | None:
        """The nearest of the candidates, unless one that was not proposed may be as near.

        Costs are squared distances or negative products: the smaller, the nearer. A cost that
        FAISS computes in float32 is off by a few roundings of its largest term.
        """
        vectors = self._index.reconstruct_batch(places).astype(np.float64)
        length = float(np.linalg.norm(query))
        if self._metric == "L2":
            costs = np.square(vectors - query).sum(axis=1)
            largest_term = (length + self._longest) ** 2
        else:
            costs, furthest = -(vectors @ query), -furthest
            largest_term = length * self._longest
        order = np.lexsort((places, costs))[:topk]
        rounding = _ROUNDING * np.sqrt(max(1, self.dimension)) * largest_term
        if len(places) < self._most_candidates(topk) and furthest - rounding <= costs[order[-1]]:
            return None
        ids = places[order].tolist()
        scores = np.sqrt(costs[order]) if self._metric == "L2" else -costs[order]
        return SearchResult(ids, (scores + 0.0).tolist(), [self._keys[i] for i in ids])


def _centre(data: Vectors) -> npt.NDArray[np.float64]:
    """What can be taken off all vectors without rounding any: whole numbers near their mean.

    Distances stay the same, and far from the origin their rounding would be large.
    """
    if not len(data):
        return np.zeros(data.shape[1])
    centre = np.rint(data.mean(axis=0, dtype=np.float64))
    moved = (data - centre).astype(np.float32)
    return centre if np.array_equal(moved + centre, data) else np.zeros(data.shape[1])
