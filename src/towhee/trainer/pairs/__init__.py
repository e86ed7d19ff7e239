"""Training on values that belong together: pairs and triplets of texts, images and texts."""

from towhee.trainer.pairs.training import holds_pairs, train_pairs

__all__ = ["holds_pairs", "train_pairs"]
