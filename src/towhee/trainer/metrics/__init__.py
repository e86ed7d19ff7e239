"""How good a model is: of its logits, its embeddings, or its pairs of embeddings."""

from towhee.trainer.metrics.agreement import (
    nmi,
    normalised_mutual_information,
    pair_cosines,
    spearman,
)
from towhee.trainer.metrics.classification import (
    accuracy,
    confusion_matrix,
    cross_entropy,
    f1,
    f1_by_class,
    majority_share,
    predictions_of,
)
from towhee.trainer.metrics.registry import Metric, Needs, metric_named, metric_names
from towhee.trainer.metrics.retrieval import (
    knn_accuracy,
    knn_predictions,
    map_at_r,
    r_precision,
    recall_at_k,
    recalls,
)

__all__ = [
    "Metric",
    "Needs",
    "accuracy",
    "confusion_matrix",
    "cross_entropy",
    "f1",
    "f1_by_class",
    "knn_accuracy",
    "knn_predictions",
    "majority_share",
    "map_at_r",
    "metric_named",
    "metric_names",
    "nmi",
    "normalised_mutual_information",
    "pair_cosines",
    "predictions_of",
    "r_precision",
    "recall_at_k",
    "recalls",
    "spearman",
]
