"""Cross-validation: every sample is measured once, by a model that has not seen it."""

from towhee.trainer.folds.cross_validation import CrossValidation, Fold
from towhee.trainer.folds.fold_places import fold_places
from towhee.trainer.folds.validate import cross_validate

__all__ = ["CrossValidation", "Fold", "cross_validate", "fold_places"]
