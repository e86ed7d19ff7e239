"""Exact nearest neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.in_memory import Costs, InMemorySearch, Places
from towhee.search.knn import knn
from towhee.search.metric import (
    Vectors,
    as_vectors,
    lengths_of,
    metric_named,
    row_blocks,
    unit_length,
)
from towhee.search.range_scan import (
    QUERIES,
    candidate_costs,
    pair_costs,
    pairs_within,
    rounding,
)

_MORE_CANDIDATES = 4
_MOST_CANDIDATES = 1024  # where more are alike within rounding, all of them are looked at
_FOUND = 2**22  # candidates that are held at once: 50 MB


class ExactSearch(InMemorySearch):
    """All vectors in memory, compared with each query; nothing is approximated.

    FAISS proposes candidates at the speed of matrix products, whose rounding can rank close
    neighbours wrongly. They are scored again in float64, and more of them are taken until
    rounding cannot hide a nearer one. Of equal neighbours those of smaller position come first.

    The vectors are copied once, as FAISS does. A search holds, besides what it gives, at most
    200 MB, however many queries there are.

    Args:
        vectors: ``(n, d)`` float32, or a sequence of ``n`` vectors.
        metric: ``"L2"`` (scores are Euclidean distances), ``"IP"`` or ``"cosine"`` (of the
            vectors scaled to length 1 in float32).
        keys: the rows' keys; their positions if not given.
        payload: columns of ``n`` values each, of which a result has those of its neighbours.

    Raises:
        UsageError: for vectors of unequal length, or keys or columns of another number.
        DataError: for NaN, infinity, or a zero vector under cosine.

    Example:
        >>> index = ExactSearch(np.eye(3, dtype=np.float32), "cosine", keys=["x", "y", "z"])
        >>> index.search(np.array([[0.0, 2.0, 1.0]]), topk=2)[0].keys
        ['y', 'z']
        >>> index.range_search(np.array([[0.0, 2.0, 1.0]]), radius=0.5)[0].keys
        ['y']
    """

    def __init__(
        self,
        vectors: Any,
        metric: str,
        keys: Sequence[Any] | None = None,
        payload: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        metric = metric_named(metric)
        data = as_vectors(vectors, "data")
        super().__init__(len(data), data.shape[1], metric, keys, payload)
        self._centre = np.zeros(self.dimension)
        if metric == "cosine":
            self._data = unit_length(data, "data")
        else:
            self._data = data.copy() if np.may_share_memory(data, vectors) else data
        if metric == "L2":
            self._centre = _centred(self._data)
        self._longest = float(lengths_of(self._data).max(initial=0.0))

    @property
    def index_kind(self) -> str:
        return "exact"

    def vector(self, key: Any) -> npt.NDArray[np.float32]:
        """The vector of a row ``(d,)``, as it is compared: of length 1 under cosine.

        Raises:
            UsageError: if no row has that key.

        Example:
            >>> ExactSearch([[3.0, 4.0]], "cosine", keys=["x"]).vector("x").tolist()
            [0.6000000238418579, 0.800000011920929]
        """
        try:
            place = self._keys.index(key)
        except ValueError as error:
            raise UsageError(f"no row has the key {key!r}") from error
        found: npt.NDArray[np.float32] = (self._data[place] + self._centre).astype(np.float32)
        return found

    def _nearest(self, queries: Vectors, topk: int) -> tuple[Places, Costs]:
        places = np.empty((len(queries), topk), np.int64)
        costs = np.empty((len(queries), topk))
        few = min(topk + _MORE_CANDIDATES, len(self))
        many = min(max(_MOST_CANDIDATES, 2 * topk), len(self))
        for block in row_blocks(len(queries), _FOUND // few):
            asked, off = self._asked(queries[block])
            is_open = self._propose(asked, off, few, places[block], costs[block])
            rows = np.flatnonzero(is_open)
            for some in row_blocks(len(rows), max(1, _FOUND // many)):
                again = rows[some]
                found, near = places[block][again], costs[block][again]
                still = self._propose(asked[again], off[again], many, found, near)
                for row in np.flatnonzero(still):
                    found[row], near[row] = self._of_all(
                        asked[again[row]], float(near[row, -1] + off[again[row]]), topk
                    )
                places[block][again], costs[block][again] = found, near
        return places, costs

    def _asked(self, queries: Vectors) -> tuple[Costs, Costs]:
        """The queries in float64 about the centre, and how far their costs in float32 are off."""
        asked = queries - self._centre
        lengths = np.sqrt(np.einsum("ij,ij->i", asked, asked))
        return asked, rounding(lengths, self._longest, self.dimension, self._metric)

    def _propose(
        self, asked: Costs, off: Costs, candidates: int, places: Places, costs: Costs
    ) -> npt.NDArray[np.bool_]:
        """Fill in the nearest of so many candidates.

        Returns:
            Where a row that is not among the candidates may be as near.
        """
        is_l2 = self._metric == "L2"
        with np.errstate(over="ignore"):
            rough = asked.astype(np.float32)
        proposed, found = knn(rough, self._data, candidates, "L2" if is_l2 else "IP")
        # Float32 cannot hold what FAISS computed.
        is_lost: npt.NDArray[np.bool_] = np.array(found.min(axis=1) < 0)
        found[found < 0] = 0
        exact = candidate_costs(asked, self._data, found, self._metric)
        order = np.lexsort((found, exact))[:, : places.shape[1]]
        np.copyto(places, np.take_along_axis(found, order, axis=1))
        np.copyto(costs, np.take_along_axis(exact, order, axis=1))
        furthest = proposed[:, -1] if is_l2 else -proposed[:, -1]
        if candidates == len(self):
            return is_lost
        np.logical_or(is_lost, ~(furthest - off > costs[:, -1]), out=is_lost)
        return is_lost

    def _of_all(self, asked: Costs, limit: float, topk: int) -> tuple[Places, Costs]:
        """The nearest of all rows whose cost is at most ``limit``; at least ``topk`` are."""
        best = np.empty(0, np.int64), np.empty(0)
        query = asked[None].astype(np.float32)
        for rows, places in pairs_within(query, self._data, limit, self._metric):
            costs = pair_costs(asked[None], self._data, rows, places, self._metric)
            places, costs = np.append(best[0], places), np.append(best[1], costs)
            order = np.lexsort((places, costs))[:topk]
            best = places[order], costs[order]
        return best

    def _within(self, queries: Vectors, limit: float) -> Iterator[tuple[Places, Costs]]:
        for block in row_blocks(len(queries), QUERIES):
            asked, off = self._asked(queries[block])
            found: list[tuple[Places, Places, Costs]] = []
            bound = limit + float(off.max())
            with np.errstate(over="ignore"):
                rough = asked.astype(np.float32)
            for rows, places in pairs_within(rough, self._data, bound, self._metric):
                costs = pair_costs(asked, self._data, rows, places, self._metric)
                is_near = costs <= limit
                found.append((rows[is_near], places[is_near], costs[is_near]))
            yield from by_row(found, len(asked))


def by_row(found: list[tuple[Places, Places, Costs]], rows: int) -> Iterator[tuple[Places, Costs]]:
    """The pairs of each row, nearest first."""
    if not found:
        yield from ((np.empty(0, np.int64), np.empty(0)) for _ in range(rows))
        return
    asked, places, costs = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((places, costs, asked))
    ends = np.searchsorted(asked[order], np.arange(1, rows))
    yield from zip(np.split(places[order], ends), np.split(costs[order], ends), strict=True)


def _centred(data: Vectors) -> Costs:
    """Take off all vectors, in place, what can be without rounding any.

    Whole numbers near their mean: distances stay the same, and far from the origin their rounding
    would be large.

    Returns:
        What was taken off, ``(d,) float64``.
    """
    dimension = data.shape[1]
    blocks = list(row_blocks(len(data), max(1, 2**18 // max(1, dimension))))
    total = np.zeros(dimension)
    for block in blocks:
        total += data[block].mean(axis=0, dtype=np.float64) * len(data[block])
    centre = np.rint(total / max(1, len(data)))
    for block in blocks if centre.any() else ():
        moved = (data[block] - centre).astype(np.float32)
        if not np.array_equal(moved + centre, data[block]):
            return np.zeros(dimension)
    for block in blocks if centre.any() else ():
        data[block] = data[block] - centre
    return centre
