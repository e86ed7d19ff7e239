"""What goes wrong in a training, noticed from its history and said with the remedy."""

from towhee.trainer.diagnosis.collapse import class_collapse, embedding_collapse
from towhee.trainer.diagnosis.diagnose import diagnose
from towhee.trainer.diagnosis.finding import Finding, Kind, Watched
from towhee.trainer.diagnosis.generalising import no_gain, random_labels
from towhee.trainer.diagnosis.history import History
from towhee.trainer.diagnosis.losses import divergence, not_finite, not_learning, overfitting

__all__ = [
    "Finding",
    "History",
    "Kind",
    "Watched",
    "class_collapse",
    "diagnose",
    "divergence",
    "embedding_collapse",
    "no_gain",
    "not_finite",
    "not_learning",
    "overfitting",
    "random_labels",
]
