"""The settings of a training, searched for by trying them."""

from towhee.trainer.hyperparameters.search_result import SearchResult
from towhee.trainer.hyperparameters.space import Choice, Range, space_of
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.hyperparameters.tune import tune

__all__ = ["Choice", "Range", "SearchResult", "Trial", "space_of", "tune"]
