"""Fine-tune the model behind an operator on your own data."""

from towhee.trainer.data import Sample, TrainingData
from towhee.trainer.sources import dataset

__all__ = ["Sample", "TrainingData", "dataset"]
