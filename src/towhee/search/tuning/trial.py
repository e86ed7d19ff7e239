"""One way to search an index, measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee.search.stores.schema import IndexSpec
from towhee.search.stores.store import VectorStore
from towhee.search.tuning.truth import LabelledQueries

_WARM_UP = 5
_CONFIDENCE = 1.645  # standard errors below the mean: 95 %, one-sided


@dataclass(frozen=True, slots=True)
class Trial:
    """What an index gave with some parameters; queries were made one after the other.

    Attributes:
        index: the index, with the parameters of its making and of the search.
        recall: the share of the true neighbours that were found, in the mean over the queries.
        least_recall: what it is at least over all queries like these, with 95 % confidence.
        queries_per_second: of one client that waits for each answer.
        p50_ms: the median time of a query in milliseconds.
        p95_ms: the time within which 95 % of the queries were answered, in milliseconds.
    """

    index: IndexSpec
    recall: float
    least_recall: float
    queries_per_second: float
    p50_ms: float
    p95_ms: float

    @property
    def label(self) -> str:
        """The parameters in short: ``"m=16 ef_construction=200 ef=32"``."""
        named = {**self.index.build, **self.index.search}
        return " ".join(f"{name}={value}" for name, value in named.items()) or self.index.kind

    def as_dict(self) -> dict[str, Any]:
        """It as plain values."""
        return {
            "index": self.index.kind,
            "build": dict(self.index.build),
            "search": dict(self.index.search),
            "recall": self.recall,
            "least_recall": self.least_recall,
            "queries_per_second": self.queries_per_second,
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
        }


def measured(store: VectorStore, index: IndexSpec, queries: LabelledQueries) -> Trial:
    """Search for each query with the parameters of an index that is there."""
    parameters: Any = dict(index.search)  # as the other keywords of search() are of other types

    def keys_near(vector: Any) -> list[Any]:
        return store.search(vector, queries.to_find, fields=[], **parameters)[0].keys

    for vector in queries.vectors[:_WARM_UP]:
        keys_near(vector)
    seconds, found = [], []
    for vector in queries.vectors:
        started = time.perf_counter()
        keys = keys_near(vector)
        seconds.append(time.perf_counter() - started)
        found.append(keys)
    recalls = [queries.recall_of(place, keys) for place, keys in enumerate(found)]
    mean = float(np.mean(recalls))
    error = float(np.std(recalls, ddof=1)) / len(recalls) ** 0.5 if len(recalls) > 1 else 0.0
    p50, p95 = np.percentile(seconds, [50, 95])
    return Trial(
        index,
        mean,
        mean - _CONFIDENCE * error,
        len(seconds) / sum(seconds),
        float(1000 * p50),
        float(1000 * p95),
    )
