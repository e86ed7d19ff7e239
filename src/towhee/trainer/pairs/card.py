"""The card of a model that was trained on pairs."""

from __future__ import annotations

from towhee.trainer.model_card import model_card
from towhee.trainer.pairs.pair_data import Pairs
from towhee.trainer.pairs.task import PairModel
from towhee.trainer.result import TrainingResult
from towhee.trainer.training_config import TrainingConfig


def pair_card(
    model: PairModel,
    result: TrainingResult,
    config: TrainingConfig,
    train: Pairs,
    counts: tuple[int, int],
    trained: str,
) -> str:
    """What was trained on what, how, and how good it is."""
    return model_card(
        model.about,
        model.ref.name,
        how=result.method,
        summary=f"Trained: {trained}, on {counts[0]} {train.kind}; measured on {counts[1]} others.",
        figures={name: (result.baseline[name], new) for name, new in result.metrics.items()},
        reasons=result.reasons,
        settings={name: value for name, value in config.to_dict().items() if name != "output_dir"},
        warnings=result.warnings,
    )
