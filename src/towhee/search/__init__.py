"""Find the nearest vectors.

Names are imported from their modules when they are first used, as most need FAISS.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from towhee.search.approximate import ApproximateSearch
    from towhee.search.clustering import Clusters, kmeans
    from towhee.search.duplicates import near_duplicates
    from towhee.search.evaluation import Evaluation, evaluate
    from towhee.search.exact import ExactSearch
    from towhee.search.fusion import reciprocal_rank_fusion
    from towhee.search.metric import Metric, metric_named
    from towhee.search.projection import umap
    from towhee.search.tuning import Tuning, tune_index

_HOMES = {
    "ApproximateSearch": "approximate",
    "Clusters": "clustering",
    "Evaluation": "evaluation",
    "ExactSearch": "exact",
    "Metric": "metric",
    "Tuning": "tuning",
    "evaluate": "evaluation",
    "kmeans": "clustering",
    "metric_named": "metric",
    "near_duplicates": "duplicates",
    "reciprocal_rank_fusion": "fusion",
    "tune_index": "tuning",
    "umap": "projection",
}

__all__ = [
    "ApproximateSearch",
    "Clusters",
    "Evaluation",
    "ExactSearch",
    "Metric",
    "Tuning",
    "evaluate",
    "kmeans",
    "metric_named",
    "near_duplicates",
    "reciprocal_rank_fusion",
    "tune_index",
    "umap",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'towhee.search' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"towhee.search.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
