"""What searches over vectors in memory have in common: keys, payload, checks, results."""

from __future__ import annotations

import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.metric import Metric, Vectors, as_vectors, unit_length
from towhee.types import SearchResult

Places = npt.NDArray[np.int64]
Costs = npt.NDArray[np.float64]
"""Squared distances, or negative products: the smaller, the nearer, whatever the metric."""


class InMemorySearch(ABC):
    """Answers queries from vectors in memory; how they are found is a subclass's.

    Args:
        rows: how many vectors there are.
        dimension: how many numbers each has.
        metric: by which they are compared.
        keys: the rows' keys; their positions if not given.
        payload: columns whose values are handed back with each neighbour.

    Raises:
        UsageError: for keys or payload columns of another length than the vectors.
    """

    def __init__(
        self,
        rows: int,
        dimension: int,
        metric: Metric,
        keys: Sequence[Any] | None,
        payload: Mapping[str, Sequence[Any]] | None,
    ) -> None:
        if keys is not None and len(keys) != rows:
            raise UsageError(f"{len(keys)} keys were given for {rows} vectors")
        for name, column in (payload or {}).items():
            if len(column) != rows:
                raise UsageError(
                    f"the payload column {name!r} has {len(column)} values for {rows} vectors"
                )
        self._rows = rows
        self._metric: Metric = metric
        self._keys = range(rows) if keys is None else keys
        self._payload = dict(payload or {})
        self.dimension = dimension

    def __len__(self) -> int:
        return self._rows

    @property
    def metric(self) -> Metric:
        """By which vectors are compared."""
        return self._metric

    @property
    @abstractmethod
    def index_kind(self) -> str:
        """``"exact"``, ``"hnsw"`` or ``"ivf_pq"``."""

    def search(self, queries: Any, topk: int = 5) -> list[SearchResult]:
        """The ``topk`` nearest of each query (fewer if there are not as many), nearest first.

        Args:
            queries: ``(q, d)``, or a sequence of ``q`` vectors.
            topk: at least 1.

        Raises:
            UsageError: for queries of another dimension, or a ``topk`` that is no count.
            DataError: for NaN, infinity, or a zero vector under cosine.
        """
        if isinstance(topk, bool) or not isinstance(topk, int) or topk < 1:
            raise UsageError(f"topk is a whole number of at least 1, not {topk!r}")
        vectors = self._checked(queries)
        if not len(self) or not len(vectors):
            return [SearchResult([], [], []) for _ in range(len(vectors))]
        places, costs = self._nearest(vectors, min(topk, len(self)))
        scores = self._scores(costs).tolist()
        return [
            self._result(found, near) for found, near in zip(places.tolist(), scores, strict=True)
        ]

    def range_search(self, queries: Any, radius: float) -> list[SearchResult]:
        """All rows within a radius of each query, nearest first; there may be none, or all.

        Args:
            queries: ``(q, d)``, or a sequence of ``q`` vectors.
            radius: under ``"L2"`` the largest distance, otherwise the smallest score.

        Raises:
            UsageError: for queries of another dimension, or a radius that is no number.
            DataError: for NaN, infinity, or a zero vector under cosine.
        """
        limit = self._limit(radius)
        vectors = self._checked(queries)
        if not len(self) or not len(vectors):
            return [SearchResult([], [], []) for _ in range(len(vectors))]
        return [
            self._result(places.tolist(), self._scores(costs).tolist())
            for places, costs in self._within(vectors, limit)
        ]

    @abstractmethod
    def _nearest(self, queries: Vectors, topk: int) -> tuple[Places, Costs]:
        """``(q, topk)`` each, nearest first; places of -1 stand for nothing found."""

    @abstractmethod
    def _within(self, queries: Vectors, limit: float) -> Iterator[tuple[Places, Costs]]:
        """For each query the rows whose cost is at most ``limit``, nearest first."""

    def _limit(self, radius: float) -> float:
        if isinstance(radius, bool) or not isinstance(radius, numbers.Real):
            raise UsageError(f"a radius is a number, not {radius!r}")
        if not math.isfinite(radius) or (self._metric == "L2" and radius < 0):
            least = " of at least 0" if self._metric == "L2" else ""
            raise UsageError(f"a radius is a finite number{least}, not {radius!r}")
        return float(radius) ** 2 if self._metric == "L2" else -float(radius)

    def _checked(self, queries: Any) -> Vectors:
        vectors = as_vectors(queries, "queries")
        if len(self) and len(vectors) and vectors.shape[1] != self.dimension:
            raise UsageError(
                f"queries have {vectors.shape[1]} numbers and the searched vectors "
                f"{self.dimension}; embed both with the same model"
            )
        return unit_length(vectors, "queries") if self._metric == "cosine" else vectors

    def _scores(self, costs: Costs) -> Costs:
        # 0.0 is added so that a product of 0 is not shown as -0.0
        return np.sqrt(costs) if self._metric == "L2" else 0.0 - costs

    def _result(self, places: list[int], scores: list[float]) -> SearchResult:
        if places and places[-1] < 0:  # an approximate index found fewer
            places = [place for place in places if place >= 0]
            scores = scores[: len(places)]
        keys, columns = self._keys, self._payload
        named = list(places) if isinstance(keys, range) else [keys[place] for place in places]
        if not columns:
            return SearchResult(places, scores, named)
        payload = [{name: column[place] for name, column in columns.items()} for place in places]
        return SearchResult(places, scores, named, payload)
