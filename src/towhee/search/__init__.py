"""Find the nearest vectors."""

from towhee.search.approximate import ApproximateSearch
from towhee.search.clustering import Clusters, kmeans
from towhee.search.evaluation import Evaluation, evaluate
from towhee.search.exact import ExactSearch
from towhee.search.fusion import reciprocal_rank_fusion
from towhee.search.metric import Metric, metric_named
from towhee.search.near_duplicates import near_duplicates
from towhee.search.projection import umap
from towhee.search.tuning import Tuning, tune_index

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
