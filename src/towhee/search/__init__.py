"""Find the nearest vectors."""

from towhee.search.approximate import ApproximateSearch
from towhee.search.clustering import Clusters, kmeans
from towhee.search.exact import ExactSearch
from towhee.search.metric import Metric, metric_named
from towhee.search.near_duplicates import near_duplicates
from towhee.search.projection import umap
from towhee.search.tuning import Tuning, tune_index

__all__ = [
    "ApproximateSearch",
    "Clusters",
    "ExactSearch",
    "Metric",
    "Tuning",
    "kmeans",
    "metric_named",
    "near_duplicates",
    "tune_index",
    "umap",
]
