"""The index of a collection in memory: FAISS over places, and the ids that stand at them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.knn import Found
from towhee.search.metric import Vectors, lengths_of
from towhee.search.nearest import nearest
from towhee.search.stores.drivers.faiss.rows import Ids
from towhee.search.stores.schema import CollectionSchema, IndexSpec

Mask = npt.NDArray[np.bool_]

_M, _EF_CONSTRUCTION, _EF = 32, 100, 64
_FEWEST_TO_TRAIN = 256  # a product quantizer has so many centroids
_TRAINED_WITH = 256  # vectors for each list
_GROWN = 4
_REFINE = 4


def check_index(index: IndexSpec, dimension: int) -> None:
    """Refuse parameters that FAISS could not build an index with.

    Raises:
        UsageError: if the parts of a quantised vector would not be of one length.
    """
    parts = index.build.get("pq_m", 1)
    if dimension % parts:
        raise UsageError(
            f"pq_m={parts} does not divide the {dimension} numbers of a vector; take a divisor"
        )


class VectorIndex:
    """Vectors in the order of their ids, found by FAISS.

    Until there are enough vectors to train an IVF index with, they are compared one by one. What
    is removed from an HNSW or IVF index stays in it and is passed over; ``is_outworn`` says when
    it should be built anew.

    Args:
        schema: of the collection.
        spec: how its vectors are indexed.
        read: gives the vectors of ids, ``(n,) int64`` to ``(n, d) float32``.

    Attributes:
        last: the highest id that it knows of.
        removals: the number of the last removal that it knows of.
        trained_with: how many vectors there were when an IVF index was trained, 0 before.
        longest: no vector is longer.
        ids: of the vectors, ascending, removed ones included.
        present: which of them are there still.
        faiss: the index of FAISS over places among the ids.
    """

    def __init__(
        self, schema: CollectionSchema, spec: IndexSpec, read: Callable[[Ids], Vectors]
    ) -> None:
        self.spec = spec
        self.last = self.removals = 0
        self.trained_with = 0
        self.longest = 0.0
        self.ids: Ids = np.empty(0, np.int64)
        self.present: Mask = np.empty(0, np.bool_)
        self.dimension = schema.dimension
        self.similarity: Literal["L2", "IP"] = schema.similarity
        self.faiss = _empty(schema.dimension, schema.similarity, spec)
        self._read = read

    def __len__(self) -> int:
        return int(np.count_nonzero(self.present))

    @property
    def is_compared(self) -> bool:
        """Whether each vector is compared with: nothing is approximated."""
        return self.spec.kind == "flat" or (self._is_ivf and not self.trained_with)

    @property
    def _is_ivf(self) -> bool:
        return self.spec.kind in ("ivf_flat", "ivf_pq")

    def is_outworn(self) -> bool:
        """Whether it should be built anew: a third of it is gone, or it was trained with few."""
        count = len(self)
        if self._is_ivf:
            few = self.spec.build.get("nlist", 0)
            if not self.trained_with:
                return count >= max(_FEWEST_TO_TRAIN, 4 * few)
            if count >= _GROWN * self.trained_with and not few:
                return True
        return 3 * count < 2 * len(self.ids)

    def train(self, ids: Ids) -> None:
        """Learn the lists of an IVF index from some of the vectors of all ids."""
        few = self.spec.build.get("nlist", 0)
        if not self._is_ivf or len(ids) < max(_FEWEST_TO_TRAIN, 4 * few):
            return
        lists = few or round(4 * math.sqrt(len(ids)))
        most = max(_TRAINED_WITH * lists, 4 * 64 * _FEWEST_TO_TRAIN)
        if len(ids) > most:
            chosen = np.random.default_rng(0).choice(len(ids), most, replace=False)
            sample = ids[np.sort(chosen)]
        else:
            sample = ids
        self.faiss = _untrained(self.dimension, self.similarity, self.spec, lists)
        self.faiss.cp.min_points_per_centroid = 1  # a warning on the terminal otherwise
        if self.spec.kind == "ivf_pq":
            self.faiss.pq.cp.min_points_per_centroid = 1
        self.faiss.train(self._read(sample))
        self.trained_with = len(ids)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors whose ids are higher than all before."""
        self.faiss.add(vectors)
        self.longest = max(self.longest, float(lengths_of(vectors).max(initial=0.0)))
        self.ids = np.concatenate((self.ids, ids))
        self.present = np.concatenate((self.present, np.ones(len(ids), np.bool_)))

    def remove(self, ids: Ids) -> None:
        """Remove vectors; ids that are not there are passed over."""
        import faiss

        places = self._places(ids)
        if not len(places):
            return
        if self.is_compared:
            self.faiss.remove_ids(faiss.IDSelectorBatch(places))
            self.ids = np.delete(self.ids, places)
            self.present = np.delete(self.present, places)
        else:
            self.present[places] = False

    @property
    def _search(self) -> Any:
        """FAISS's own search.

        ``faiss.contrib.torch_utils``, which pytorch-metric-learning imports, puts one in its place
        for the whole process that takes no parameters, and keeps it as ``search_numpy``.
        """
        return getattr(self.faiss, "search_numpy", self.faiss.search)

    def search(
        self, queries: Vectors, topk: int, parameters: Mapping[str, int], allowed: Ids | None
    ) -> Found:
        """The nearest vectors of each query among the allowed.

        Returns:
            Scores as drivers give them ``(q, k) float32`` and ids ``(q, k) int64``, nearest first;
            ``k`` is ``topk`` or how many there are.
        """
        mask = self.present
        if allowed is not None:
            mask = np.zeros(len(self.ids), np.bool_)
            mask[self._places(allowed)] = True
            mask &= self.present
        count = int(np.count_nonzero(mask))
        topk = min(topk, count)
        if not topk:
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        if self.is_compared:
            costs, places = self._compared(queries, topk, mask, count)
        else:
            costs, places = self._approximated(queries, topk, mask, count, parameters)
        scores = np.sqrt(np.maximum(costs, 0)) if self.similarity == "L2" else costs
        return scores, self.ids[places]

    def _compared(self, queries: Vectors, topk: int, mask: Mask, count: int) -> Found:
        vectors = _stored(self.faiss, len(self.ids), self.dimension)
        if count == len(self.ids):
            return nearest(queries, vectors, topk, self.similarity, self.longest)
        if 4 * count > len(self.ids):  # too many to copy
            found: Found = self._search(queries, topk, params=_parameters("", mask))
            return found
        places = np.flatnonzero(mask)
        costs, within = nearest(queries, vectors[places], topk, self.similarity, self.longest)
        return costs, places[within]

    def _approximated(
        self, queries: Vectors, topk: int, mask: Mask, count: int, parameters: Mapping[str, int]
    ) -> Found:
        if self.spec.kind == "hnsw":
            return self._by_graph(queries, topk, mask, count, parameters.get("ef", _EF))
        lists = int(self.faiss.nlist)
        probed = min(lists, parameters.get("nprobe", max(8, lists // 32)))
        candidates = topk
        if self.spec.kind == "ivf_pq":
            candidates = min(count, topk * parameters.get("refine", _REFINE))
        selecting = None if count == len(self.ids) else mask
        costs, places = self._search(
            queries, candidates, params=_parameters("IVF", selecting, nprobe=probed)
        )
        short = np.flatnonzero(places[:, -1] < 0)
        if len(short):  # the lists that were looked at hold too few
            costs[short], places[short] = self._search(
                queries[short], candidates, params=_parameters("IVF", selecting, nprobe=lists)
            )
        return (
            (costs, places)
            if self.spec.kind == "ivf_flat"
            else self._refined(queries, places, topk)
        )

    def _by_graph(self, queries: Vectors, topk: int, mask: Mask, count: int, ef: int) -> Found:
        """Along the graph, unless what is allowed is so little that comparing is quicker."""
        total = len(self.ids)
        places = np.flatnonzero(mask) if count < total else None
        if places is not None and 20 * count <= total:
            return self._among(queries, places, topk)
        wide = math.ceil(max(ef, topk) * total / count)  # those passed over take room as well
        costs, found = self._search(
            queries,
            topk,
            params=_parameters("HNSW", None if places is None else mask, efSearch=wide),
        )
        short = np.flatnonzero(found[:, -1] < 0)
        if len(short):
            places = np.arange(total) if places is None else places
            costs[short], found[short] = self._among(queries[short], places, topk)
        return costs, found

    def _among(self, queries: Vectors, places: Ids, topk: int) -> Found:
        vectors = _stored(self.faiss, len(self.ids), self.dimension)[places]
        costs, within = nearest(queries, vectors, topk, self.similarity, self.longest)
        return costs, places[within]

    def _refined(self, queries: Vectors, places: Ids, topk: int) -> Found:
        """The nearest of candidates whose quantised vectors are near, by the vectors themselves."""
        known, inverse = np.unique(places, return_inverse=True)
        vectors = self._read(self.ids[known])
        inverse = inverse.reshape(places.shape)
        costs = np.empty(places.shape, np.float32)
        for row, query in enumerate(queries):
            candidates = vectors[inverse[row]]
            if self.similarity == "L2":
                costs[row] = np.square(candidates - query).sum(axis=1)
            else:
                costs[row] = -(candidates @ query)
        order = np.argsort(costs, axis=1, kind="stable")[:, :topk]
        costs = np.take_along_axis(costs, order, 1)
        return costs if self.similarity == "L2" else -costs, np.take_along_axis(places, order, 1)

    def _places(self, ids: Ids) -> Ids:
        """Where those of some ids stand that are there."""
        if not len(self.ids):
            return np.empty(0, np.int64)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        found: Ids = places[self.ids[places] == ids]
        return found


def built(index: VectorIndex, ids: Ids, blocks: Iterable[tuple[Ids, Vectors]]) -> VectorIndex:
    """The index with all vectors, trained with some of them before."""
    index.train(ids)
    for some, vectors in blocks:
        index.add(some, vectors)
    return index


def _metric(similarity: Literal["L2", "IP"]) -> Any:
    import faiss

    return faiss.METRIC_L2 if similarity == "L2" else faiss.METRIC_INNER_PRODUCT


def _empty(dimension: int, similarity: Literal["L2", "IP"], spec: IndexSpec) -> Any:
    import faiss

    if spec.kind != "hnsw":
        return faiss.IndexFlat(dimension, _metric(similarity))
    index = faiss.IndexHNSWFlat(dimension, spec.build.get("m", _M), _metric(similarity))
    index.hnsw.efConstruction = spec.build.get("ef_construction", _EF_CONSTRUCTION)
    return index


def _untrained(dimension: int, similarity: Literal["L2", "IP"], spec: IndexSpec, lists: int) -> Any:
    import faiss

    coding = "Flat"
    if spec.kind == "ivf_pq":
        coding = f"PQ{spec.build.get('pq_m') or _parts(dimension)}x8"
    return faiss.index_factory(dimension, f"IVF{lists},{coding}", _metric(similarity))


def _parts(dimension: int) -> int:
    """The largest divisor by which a part has four numbers or more."""
    return max(part for part in range(1, max(1, dimension // 4) + 1) if dimension % part == 0)


def _parameters(kind: str, mask: Mask | None, **more: int) -> Any:
    """How FAISS is to search, passing over the places that a mask does not have."""
    import faiss

    made: Any = getattr(faiss, f"SearchParameters{kind}")
    if mask is None:
        return made(**more)
    selector: Any = faiss.IDSelectorBitmap  # its Python form takes an array
    return made(sel=selector(np.packbits(mask, bitorder="little")), **more)


def _stored(index: Any, count: int, dimension: int) -> Vectors:
    """The vectors in a flat or HNSW index, not copied: they change when it does."""
    import faiss

    flat: Any = faiss.downcast_index(index.storage) if hasattr(index, "storage") else index
    stored: Vectors = faiss.rev_swig_ptr(flat.get_xb(), count * dimension)
    return stored.reshape(count, dimension)
