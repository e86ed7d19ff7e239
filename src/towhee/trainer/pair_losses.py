"""The names of the losses of pairs; ``towhee.trainer.losses`` has those of labelled samples."""

from __future__ import annotations

from typing import Literal, get_args

PairLossName = Literal[
    "MultipleNegativesRankingLoss",
    "MultipleNegativesSymmetricRankingLoss",
    "TripletLoss",
    "CoSENTLoss",
    "CosineSimilarityLoss",
    "InfoNCE",
]
PAIR_LOSSES: tuple[str, ...] = get_args(PairLossName)
