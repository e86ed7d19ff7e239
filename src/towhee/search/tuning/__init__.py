"""Parameters of an index for the recall that a user names."""

from towhee.search.tuning.report import Tuning
from towhee.search.tuning.trial import Trial
from towhee.search.tuning.tune import tune_index

__all__ = ["Trial", "Tuning", "tune_index"]
