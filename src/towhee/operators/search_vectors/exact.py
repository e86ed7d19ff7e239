"""``search_vectors``: the nearest vectors of a collection in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from towhee.errors import UsageError
from towhee.operators.base import Operator, short
from towhee.operators.topk import check_topk
from towhee.search import ExactSearch, metric_named
from towhee.types import Entity, SearchResult


class SearchVectors(Operator[Any, SearchResult]):
    """For each query vector, the nearest vectors of a collection.

    Args:
        data: the vectors to search: a collection, an array ``(n, d)`` or a list of vectors.
        cal: ``"L2"`` (scores are distances, smaller is nearer), ``"IP"`` or ``"cosine"``
            (larger is nearer).
        topk: how many neighbours to give.

    Raises:
        UsageError: for an unknown ``cal``, or vectors of another length than the queries.

    Example:
        >>> from towhee import DataCollection
        >>> data = DataCollection([[0.0, 1.0], [1.0, 0.0]])
        >>> DataCollection([[0.9, 0.1]]).towhee.search_vectors(data=data, topk=1)[0].ids
        [1]
    """

    def __init__(self, data: Iterable[Any], cal: str = "L2", topk: int = 5) -> None:
        self._metric = metric_named(cal)
        if isinstance(data, (str, bytes)) or not hasattr(data, "__iter__"):
            raise UsageError(f"search_vectors searches a collection of vectors, not {short(data)}")
        self._data = data
        self._topk = check_topk(topk)
        self._index: ExactSearch | None = None

    def setup(self) -> None:
        """Compute the vectors of the collection, once."""
        data = self._data
        if hasattr(data, "dtype"):
            self._index = ExactSearch(data, self._metric)
            return
        known: Sequence[Any] | None = None
        if hasattr(data, "keys") and not getattr(data, "is_stream", False):
            known = data.keys()  # before the elements: it makes a lazy collection keep its rows
        vectors = [_vector(element) for element in data]
        self._index = ExactSearch(vectors, self._metric, known)

    def batch(self, values: Sequence[Any]) -> Sequence[SearchResult]:
        assert self._index is not None
        return self._index.search([_vector(value) for value in values], self._topk)


def _vector(element: Any) -> Any:
    """The vector of an element: itself, or the only column of a row."""
    if isinstance(element, Entity):
        if len(element) != 1:
            raise UsageError(
                f"rows have the columns {', '.join(element)}; select the one with the vectors"
            )
        return next(iter(element.values()))
    return element
