"""The model of images and texts behind an operator, as training on pairs takes it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.models.towers import ImageTower, TextTower
from towhee.operators.base import OperatorRef
from towhee.trainer.pairs.dual_course import train_dual
from towhee.trainer.pairs.pair_data import Pairs
from towhee.trainer.pairs.settings import PairAbilities
from towhee.trainer.pairs.task import LearnedPairs, PairTask
from towhee.trainer.pairs.two_towers import TwoTowers, two_towers
from towhee.trainer.resuming import resumed_checkpoint
from towhee.trainer.trainable import About
from towhee.trainer.training_config import TrainingConfig

_WHY = {
    "linear_probe": "a map of vectors that are computed once is learned in seconds, by few pairs",
    "lora": "layers of low rank change such a model as far as some pairs carry it",
}


@dataclass(frozen=True, slots=True)
class DualModel:
    """What an operator embeds images and texts with.

    Attributes:
        ref: the operator.
        image: the tower that sees images.
        text: the tower that reads texts.
    """

    ref: OperatorRef
    image: ImageTower
    text: TextTower

    @classmethod
    def of(cls, ref: OperatorRef) -> DualModel:
        """The model of an operator of either modality."""
        towers = []
        for modality in ("image", "text"):
            each = _with(ref, modality=modality)
            operator: Any = each.resolve()(**dict(each.kwargs))
            towers.append(operator.tower)
        image, text = towers
        return cls(ref, image, text)

    @property
    def _both(self) -> TwoTowers:
        return two_towers(self.image)

    @property
    def about(self) -> About:
        """What its card says."""
        return self._both.about

    @property
    def abilities(self) -> PairAbilities:
        """A probe where a linear layer ends both towers; images may be changed if that is asked."""
        methods = self._both.methods
        losses = {"pairs": ("InfoNCE",)}
        augments = ("none", "light", "strong")
        return PairAbilities(methods, _WHY[methods[0]], losses, augments, finds_rates=True)

    def operators(self, pairs: Pairs) -> tuple[OperatorRef, ...]:
        """That of images for the side of images, and that of texts for the other."""
        if [side.images for side in pairs.sides].count(True) != 1 or len(pairs.sides) != 2:
            shown = ", ".join("an image" if side.images else "no image" for side in pairs.sides)
            raise UsageError(
                f"{self.ref.name} is trained on pairs of an image and a text, and the samples hold "
                f"{shown}: name both columns, dataset(…, value=('image', 'text'), label=False)"
            )
        kinds = ("image" if side.images else "text" for side in pairs.sides)
        return tuple(_with(self.ref, modality=kind) for kind in kinds)

    def trained(self, folder: Path) -> DualModel:
        """The operator with what a folder holds in place of its weights."""
        ref = _with(self.ref, checkpoint=str(folder.resolve()))
        kept = tuple((name, value) for name, value in ref.kwargs if name != "trust_pickle")
        return DualModel.of(replace(ref, kwargs=kept))

    def learned(self, task: PairTask) -> LearnedPairs:
        """Train it, in the loop of all networks."""
        both = self._both
        model = both.load()
        outcome, trained = train_dual(model, both, (self.image, self.text), task)
        return LearnedPairs(lambda folder: both.write(folder, model), outcome, trained)

    def resumed(self, config: TrainingConfig, checkpoints: Path) -> Path | None:
        """The checkpoint to go on from."""
        return resumed_checkpoint(config, checkpoints)


def _with(ref: OperatorRef, **changes: Any) -> OperatorRef:
    bound = inspect.signature(ref.resolve()).bind(*ref.args, **dict(ref.kwargs))
    return replace(ref, args=(), kwargs=tuple(sorted((bound.arguments | changes).items())))
