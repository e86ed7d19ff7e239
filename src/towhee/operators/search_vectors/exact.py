"""``search_vectors``: the nearest vectors of a collection in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, get_args

from towhee.errors import UnknownNameError, UsageError
from towhee.operators.base import ModelOperator, Streams, short
from towhee.operators.topk import check_topk
from towhee.search import ApproximateSearch, ExactSearch, metric_named
from towhee.search.in_memory import InMemorySearch
from towhee.types import Entity, SearchResult

IndexName = Literal["auto", "exact", "hnsw", "ivf_pq"]

EXACT_UP_TO = 2**28
"""Numbers, rows times dimension, that ``"auto"`` compares one by one: 1 GiB of float32.

One query reads them in about 0.1 s on one core, a thousand at once take 2 ms each. A graph over as
many takes minutes to build, which only some hundred thousand queries earn back.
"""

_BATCH = 1024  # queries: from some hundred on, FAISS compares them as a product of matrices

_log = logging.getLogger(__name__)


class SearchVectors(ModelOperator[Any, SearchResult]):
    """For each query vector, the nearest vectors of a collection.

    Args:
        data: the vectors to search: a collection, an array ``(n, d)`` or a list of vectors.
        cal: ``"L2"`` (scores are distances, smaller is nearer), ``"IP"`` or ``"cosine"``
            (larger is nearer).
        topk: how many neighbours to give.
        vector: the column of ``data`` that holds the vectors, where its rows have several; the
            others are handed back as payload.
        index: ``"exact"`` (or ``"flat"``), ``"hnsw"``, ``"ivf_pq"``, or ``"auto"``: exact up to
            2**28 numbers (2,000,000 vectors of 128), ``"hnsw"`` above.

    Raises:
        UsageError: for an unknown ``cal``, ``index`` or ``vector``, or vectors of another length
            than the queries.

    Example:
        >>> from towhee import DataCollection, dc
        >>> data = DataCollection([[0.0, 1.0], [1.0, 0.0]])
        >>> DataCollection([[0.9, 0.1]]).towhee.search_vectors(data=data, topk=1)[0].ids
        [1]
        >>> named = dc["name", "vec"]([("up", [0.0, 1.0]), ("right", [1.0, 0.0])])
        >>> found = DataCollection([[0.9, 0.1]]).search_vectors(data=named, vector="vec", topk=1)
        >>> found[0].payload
        [{'name': 'right'}]
    """

    is_shared: ClassVar[bool] = False

    def __init__(
        self,
        data: Iterable[Any],
        cal: str = "L2",
        topk: int = 5,
        *,
        vector: str | None = None,
        index: IndexName | Literal["flat"] = "auto",
    ) -> None:
        self._metric = metric_named(cal)
        if isinstance(data, (str, bytes)) or not hasattr(data, "__iter__"):
            raise UsageError(f"search_vectors searches a collection of vectors, not {short(data)}")
        index = "exact" if index == "flat" else index  # as stores call it
        if index not in get_args(IndexName):
            names = get_args(IndexName)
            raise UnknownNameError("index", str(index), names, f"(there are {', '.join(names)})")
        self._data = data
        self._topk = check_topk(topk)
        self._vector = vector
        self._asked = index
        self._index: InMemorySearch | None = None

    @property
    def index_kind(self) -> str | None:
        """``"exact"``, ``"hnsw"`` or ``"ivf_pq"``; ``None`` before the collection was read."""
        return None if self._index is None else self._index.index_kind

    def setup(self) -> None:
        """Compute the vectors of the collection, once, and index them."""
        data = self._data
        known: Sequence[Any] | None = None
        payload: dict[str, list[Any]] = {}
        if hasattr(data, "dtype"):
            vectors: Any = data
        else:
            if hasattr(data, "keys") and not getattr(data, "is_stream", False):
                known = data.keys()  # before the elements: a lazy collection then keeps its rows
            vectors = []
            for element in data:
                vectors.append(self._taken(element, payload))
        self._index = _indexed(vectors, self._metric, known, payload, self._asked)
        for line in self.how_it_runs():
            _log.info("search_vectors %s", line)

    def _taken(self, element: Any, payload: dict[str, list[Any]]) -> Any:
        """The vector of a row, whose other columns are added to the payload."""
        if self._vector is None:
            return _only(element)
        if not isinstance(element, Entity):
            raise UsageError(
                f"vector={self._vector!r} names a column, but the searched collection has "
                "elements without columns; leave it out"
            )
        if self._vector not in element:
            raise UnknownNameError("column", self._vector, element, "(of the searched rows)")
        others = [name for name in element if name != self._vector]
        for name in others:
            payload.setdefault(name, []).append(element[name])
        return element[self._vector]

    def how_it_runs(self) -> list[str]:
        if self._index is None:
            return []
        of = f"{len(self._index):,} vectors of {self._index.dimension:,} numbers"
        return [f"searches {of}: {self._index.index_kind} ({self._asked} was asked for)"]

    def streams(self) -> Streams:
        """One call at a time for many queries at once: FAISS has threads of its own."""
        self.ensure_setup()
        return Streams(self.forward, batch_size=_BATCH)

    def prepare(self, value: Any) -> Any:
        return _only(value)

    def forward(self, prepared: Sequence[Any]) -> Sequence[SearchResult]:
        assert self._index is not None
        return self._index.search(list(prepared), self._topk)


def _indexed(
    vectors: Any,
    metric: Any,
    keys: Sequence[Any] | None,
    payload: dict[str, list[Any]],
    asked: IndexName,
) -> InMemorySearch:
    kind = chosen_index(vectors) if asked == "auto" else asked
    if kind == "exact":
        return ExactSearch(vectors, metric, keys, payload)
    return ApproximateSearch(vectors, metric, keys, payload, kind=kind)


def chosen_index(vectors: Any) -> Literal["exact", "hnsw"]:
    """What ``index="auto"`` takes for these vectors."""
    numbers = len(vectors) * len(vectors[0]) if len(vectors) else 0
    return "exact" if numbers <= EXACT_UP_TO else "hnsw"


def _only(element: Any) -> Any:
    """The vector of an element: itself, or the only column of a row."""
    if isinstance(element, Entity):
        if len(element) != 1:
            raise UsageError(
                f"rows have the columns {', '.join(element)}; select the one with the vectors, "
                'or name it with vector="…"'
            )
        return next(iter(element.values()))
    return element
