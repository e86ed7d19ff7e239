"""Approximate nearest neighbours: a graph, or lists of compressed vectors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import faiss
import numpy as np

from towhee.errors import UnknownNameError, UsageError
from towhee.search.exact import by_row
from towhee.search.in_memory import Costs, InMemorySearch, Places
from towhee.search.index_parameters import HNSW_DEFAULTS, filled_in, ivf_pq_parameters
from towhee.search.metric import (
    Vectors,
    as_vectors,
    lengths_of,
    metric_named,
    row_blocks,
    unit_length,
)
from towhee.search.range_scan import candidate_costs, pair_costs, rounding

ApproximateKind = Literal["hnsw", "ivf_pq"]

_FOUND = 2**22  # neighbours that are held at once: 50 MB
_RANGE_QUERIES = 64


class ApproximateSearch(InMemorySearch):
    """Vectors in memory behind an index of FAISS: some neighbours are missed, most are found.

    ``"hnsw"`` (Malkov and Yashunin, 2016) walks a graph of near vectors: the quickest at a high
    recall, at the cost of ``8 * m`` bytes a vector besides the vector. ``"ivf_pq"`` (Jégou et al.,
    2011) compares compressed vectors of the lists that are nearest to the query: ``pq_m`` bytes a
    vector, and with ``refine=0`` nothing else is kept.

    The lists are the same in every run. The graph depends on the order in which the cores add
    vectors; with ``build_threads=1`` it is the same in every run too.

    Args:
        vectors: ``(n, d)`` float32, or a sequence of ``n`` vectors.
        metric: ``"L2"`` (scores are Euclidean distances), ``"IP"`` or ``"cosine"``.
        keys: the rows' keys; their positions if not given.
        payload: columns of ``n`` values each, of which a result has those of its neighbours.
        kind: ``"hnsw"`` or ``"ivf_pq"``.
        m: of HNSW: neighbours that each vector is linked to, 32 if not given.
        ef_construction: of HNSW: candidates for these, 128 if not given.
        ef_search: of HNSW: candidates of a search, 160 if not given.
        nlist: of IVF-PQ: the number of lists, about ``4 * sqrt(n)`` if not given.
        nprobe: of IVF-PQ: lists that are searched, a sixteenth of them, at least 16, if not given.
        pq_m: of IVF-PQ: parts that a vector is compressed in, of about 4 numbers if not given;
            it divides the dimension.
        nbits: of IVF-PQ: bits for each part, 4 to 12; 8 if not given.
        refine: of IVF-PQ: so many times ``topk`` candidates are compared again with the vectors
            themselves, which are kept for it; 10 if not given, 0 keeps and compares none.
        build_threads: cores that build the index; all if not given.

    Attributes:
        parameters: of the index, those that were not given filled in.
        faiss: the index of FAISS.

    Raises:
        UsageError: for parameters of the other kind or out of range, or fewer rows than IVF-PQ
            learns its codes from.
        DataError: for NaN, infinity, or a zero vector under cosine.

    Example:
        >>> data = np.random.default_rng(0).normal(size=(1000, 16))
        >>> index = ApproximateSearch(data, "L2", kind="hnsw", ef_search=100)
        >>> [result.ids for result in index.search(data[:3], topk=1)]
        [[0], [1], [2]]
    """

    def __init__(
        self,
        vectors: Any,
        metric: str = "L2",
        keys: Sequence[Any] | None = None,
        payload: Mapping[str, Sequence[Any]] | None = None,
        *,
        kind: ApproximateKind = "hnsw",
        m: int | None = None,
        ef_construction: int | None = None,
        ef_search: int | None = None,
        nlist: int | None = None,
        nprobe: int | None = None,
        pq_m: int | None = None,
        nbits: int | None = None,
        refine: int | None = None,
        build_threads: int | None = None,
    ) -> None:
        if kind not in get_args(ApproximateKind):
            raise UnknownNameError("index", str(kind), get_args(ApproximateKind))
        graph = {"m": m, "ef_construction": ef_construction, "ef_search": ef_search}
        lists = {"nlist": nlist, "nprobe": nprobe, "pq_m": pq_m, "nbits": nbits, "refine": refine}
        of_other = [
            name
            for name, value in (lists if kind == "hnsw" else graph).items()
            if value is not None
        ]
        if of_other:
            raise UsageError(f"{kind} has no parameter {', '.join(of_other)}")
        metric = metric_named(metric)
        data = as_vectors(vectors, "data")
        super().__init__(len(data), data.shape[1], metric, keys, payload)
        if metric == "cosine":
            data = unit_length(data, "data")
        self._kind = kind
        self._longest = float(lengths_of(data).max(initial=0.0))
        self._exact: Vectors | None = None
        with _threads(build_threads):
            if kind == "hnsw":
                self.parameters = filled_in(graph, HNSW_DEFAULTS)
                self.faiss = self._graph(data)
            else:
                self.parameters = ivf_pq_parameters(lists, *data.shape)
                self.faiss = self._lists(data)

    @property
    def index_kind(self) -> str:
        return self._kind

    def _graph(self, data: Vectors) -> Any:
        chosen = self.parameters
        index = faiss.IndexHNSWFlat(max(1, self.dimension), chosen["m"], self._measure)
        index.hnsw.efConstruction = chosen["ef_construction"]
        index.hnsw.efSearch = chosen["ef_search"]
        if len(data):
            index.add(data)
            storage: Any = faiss.downcast_index(index.storage)
            self._exact = faiss.rev_swig_ptr(storage.get_xb(), data.size).reshape(data.shape)
        return index

    def _lists(self, data: Vectors) -> Any:
        chosen = self.parameters
        make = faiss.IndexFlatL2 if self._metric == "L2" else faiss.IndexFlatIP
        index = faiss.IndexIVFPQ(
            make(self.dimension),
            self.dimension,
            chosen["nlist"],
            chosen["pq_m"],
            chosen["nbits"],
            self._measure,
        )
        # Fewer rows than FAISS would like are enough to begin with, and no cause for a warning.
        index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1
        index.nprobe = chosen["nprobe"]
        index.train(data)
        index.add(data)
        if chosen["refine"]:
            self._exact = data.copy()
        return index

    @property
    def _measure(self) -> int:
        measure: int = faiss.METRIC_L2 if self._metric == "L2" else faiss.METRIC_INNER_PRODUCT
        return measure

    def _nearest(self, queries: Vectors, topk: int) -> tuple[Places, Costs]:
        refine = self.parameters.get("refine", 0)
        wanted = min(len(self), max(topk, topk * refine))
        places = np.empty((len(queries), topk), np.int64)
        costs = np.empty((len(queries), topk))
        for block in row_blocks(len(queries), max(1, _FOUND // wanted)):
            near, found = self.faiss.search(queries[block], wanted)
            if refine:
                near = self._compared_again(queries[block], found)
            elif self._metric != "L2":
                near = -near
            near = np.where(found < 0, np.inf, near)
            order = np.lexsort((found, near))[:, :topk]
            places[block] = np.take_along_axis(found, order, axis=1)
            costs[block] = np.take_along_axis(near, order, axis=1)
        return places, costs

    def _compared_again(self, queries: Vectors, found: Places) -> Costs:
        assert self._exact is not None
        asked = queries.astype(np.float64)
        return candidate_costs(asked, self._exact, np.maximum(found, 0), self._metric)

    def _within(self, queries: Vectors, limit: float) -> Iterator[tuple[Places, Costs]]:
        if self._kind == "ivf_pq":
            raise UsageError(
                "ivf_pq knows compressed vectors, whose distances are no ground for a radius; "
                "use ExactSearch, or kind='hnsw'"
            )
        assert self._exact is not None
        for block in row_blocks(len(queries), _RANGE_QUERIES):
            asked = queries[block].astype(np.float64)
            off = rounding(lengths_of(queries[block]), self._longest, self.dimension, self._metric)
            bound = limit + float(off.max())
            ends, _, places = self.faiss.range_search(
                queries[block], bound if self._metric == "L2" else -bound
            )
            rows = np.repeat(np.arange(len(asked)), np.diff(ends.astype(np.int64)))
            costs = pair_costs(asked, self._exact, rows, places, self._metric)
            is_near = costs <= limit
            yield from by_row([(rows[is_near], places[is_near], costs[is_near])], len(asked))


@contextlib.contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """FAISS works with so many threads where this thread calls it."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(before if count is None else count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
