"""The sentence model behind an operator, as training on pairs takes it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.models.text.layout import sentence_layout
from towhee.models.text.prompts import named_prompt
from towhee.models.text.spec import SentenceSpec
from towhee.models.transformers.importing import quiet_transformers
from towhee.operators.base import OperatorRef
from towhee.trainer.importing import import_sentence_transformers
from towhee.trainer.models.sentence_folder import sentence_files
from towhee.trainer.pairs.pair_data import Pairs
from towhee.trainer.pairs.sentence_course import train_sentences
from towhee.trainer.pairs.sentence_resuming import resumed_sentences
from towhee.trainer.pairs.settings import PairAbilities
from towhee.trainer.pairs.task import LearnedPairs, PairTask
from towhee.trainer.trainable import About
from towhee.trainer.training_config import TrainingConfig

_RANKING = "MultipleNegativesRankingLoss"
_LOSSES = {
    "pairs": (_RANKING, "MultipleNegativesSymmetricRankingLoss"),
    "triplets": (_RANKING, "TripletLoss"),
    "scored pairs": ("CoSENTLoss", "CosineSimilarityLoss"),
}


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """What an operator embeds texts with.

    Attributes:
        ref: the operator.
        spec: which model.
    """

    ref: OperatorRef
    spec: SentenceSpec

    @classmethod
    def of(cls, ref: OperatorRef) -> SentenceModel:
        """The model of an operator of sentence-transformers."""
        target: Any = ref.resolve()
        return cls(ref, target(*ref.args, **dict(ref.kwargs)).spec)

    @property
    def about(self) -> About:
        """What its card says."""
        tags = ("sentence-similarity", "feature-extraction")
        return About(self.spec.name, self.spec.license, "sentence-transformers", tags)

    @property
    def abilities(self) -> PairAbilities:
        """All losses that sentence-transformers has for what pairs are."""
        why = "pairs say of whole texts what they mean, which all weights of a model have to learn"
        return PairAbilities(("full", "partial", "lora"), why, _LOSSES)

    def operators(self, pairs: Pairs) -> tuple[OperatorRef, ...]:
        """The same for all sides, which are texts."""
        for side in pairs.sides:
            value = side[0].value
            if not isinstance(value, str):
                raise UsageError(
                    f"{self.ref.name} is trained on pairs of texts, and sample {side.key(0)!r} "
                    f"holds a {type(value).__name__}"
                )
        return (self.ref,) * len(pairs.sides)

    def trained(self, folder: Path) -> SentenceModel:
        """The operator with what a folder holds in place of its weights."""
        given = inspect.signature(self.ref.resolve()).bind(*self.ref.args, **dict(self.ref.kwargs))
        arguments = {**given.arguments, "checkpoint": str(folder.resolve())}
        arguments.pop("trust_pickle", None)
        return SentenceModel.of(replace(self.ref, args=(), kwargs=tuple(sorted(arguments.items()))))

    def learned(self, task: PairTask) -> LearnedPairs:
        """Train it by the trainer of sentence-transformers."""
        return train_sentences(self.load(), self.prompt, task)

    def resumed(self, config: TrainingConfig, checkpoints: Path) -> Path | None:
        """The newest whole checkpoint."""
        return resumed_sentences(config, checkpoints)

    @property
    def prompt(self) -> str:
        """What the operator puts in front of every text."""
        given = dict(self.ref.kwargs)
        if given.get("prompt") is not None:
            return str(given["prompt"])
        if given.get("prompt_name") is not None:
            return named_prompt(self.spec.files, given["prompt_name"])
        return sentence_layout(self.spec.files).prompt

    def load(self) -> Any:
        """The model as sentence-transformers has it, from files that our own rules let pass.

        Raises:
            WeightsError: for files that are missing, damaged, or pickles that are not trusted.
        """
        library = import_sentence_transformers()
        folder = sentence_files(self.spec)
        with quiet_transformers():
            return library.SentenceTransformer(str(folder), device="cpu", local_files_only=True)
