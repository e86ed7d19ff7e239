"""Find the nearest vectors."""

from towhee.search.exact import ExactSearch
from towhee.search.metric import Metric, metric_named

__all__ = ["ExactSearch", "Metric", "metric_named"]
