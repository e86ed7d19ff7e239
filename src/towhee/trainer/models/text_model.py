"""The model of texts behind an operator's reference, as training on labels takes it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from towhee.models.pickles import is_pickle
from towhee.models.text.token_network import TokenNetwork
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.models.encoder_folder import EncoderFolder
from towhee.trainer.models.sentence_folder import SentenceFolder
from towhee.trainer.models.text_rows import TextRows
from towhee.trainer.trainable import Abilities, About
from towhee.trainer.trained_folder import whole_folder, write_labels
from towhee.trainer.transformer_stages import transformer_stages

if TYPE_CHECKING:
    import PIL.Image
    import torch

    from towhee.trainer.task import Learned
    from towhee.trainer.trunk import Cut


class TextFolder(Protocol):
    """The folder of a model of texts, in the format of one library."""

    @property
    def about(self) -> About:
        """What its card says."""
        ...

    @property
    def methods(self) -> tuple[str, ...]:
        """By which it can be trained."""
        ...

    def tokens(self) -> TokenNetwork:
        """What makes tokens of texts, and batches of them."""
        ...

    def load(self) -> tuple[Any, torch.nn.Linear | None]:
        """The network without the projection that it was trained with before, and that."""
        ...

    def write(self, folder: Path, network: Any, projection: torch.nn.Linear | None) -> None:
        """Write it with other weights, into a folder that is there."""
        ...


@dataclass(frozen=True, slots=True)
class TextModel:
    """What an operator embeds texts with.

    Attributes:
        ref: the operator.
        folder: where the model lies, in the format of its library.
    """

    ref: OperatorRef
    folder: TextFolder

    @classmethod
    def of(cls, ref: OperatorRef) -> TextModel:
        """The model of an operator of sentence-transformers, or of transformers."""
        target: Any = ref.resolve()
        made = target(*ref.args, **dict(ref.kwargs))
        kind: Any = SentenceFolder if hasattr(made, "spec") else EncoderFolder
        return cls(ref, kind.of(made))

    @property
    def about(self) -> About:
        """What its card says."""
        return self.folder.about

    @property
    def abilities(self) -> Abilities:
        """All methods, of texts as they are."""
        return Abilities(unit="texts", methods=self.folder.methods, augments=("none",), mixes=False)

    @property
    def features(self) -> OperatorRef:
        """The operator whose vectors keep their lengths."""
        return self._with(normalize=False)

    def trained(self, folder: Path) -> OperatorRef:
        """The operator with what a folder holds in place of its weights."""
        ref = self._with(checkpoint=str(folder.resolve()))
        if any(map(is_pickle, folder.iterdir())):
            return ref
        kept = tuple((name, value) for name, value in ref.kwargs if name != "trust_pickle")
        return replace(ref, kwargs=kept)

    def sample(self, data: TrainingData, place: int) -> Any:
        """The text; the operator says what is none."""
        return data[place].value

    def is_prepared(self, data: TrainingData) -> bool:
        """Never: tokens are made here."""
        return False

    def load(self) -> tuple[Any, torch.nn.Linear | None]:
        """The network, and the projection that it was trained with before."""
        return self.folder.load()

    def vectors(self, network: Any) -> torch.nn.Module:
        """The network, of token numbers and their mask as one argument."""
        import torch

        class OfTokens(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.network = network

            def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
                vectors: torch.Tensor = self.network(*inputs)
                return vectors

        return OfTokens()

    def stages(self, network: Any) -> list[list[Any]]:
        """The embeddings of tokens, and the layers."""
        return transformer_stages(network)

    def cut(self, network: Any, data: TrainingData) -> Cut | None:
        """Nowhere: texts differ in length, and so does what their layers give."""
        return None

    def positions(self, layer: str) -> OperatorRef:
        """Never asked for: it is of models that ``cut`` cuts, and this one is never cut."""
        raise NotImplementedError(f"{self.ref.name} gives no output of {layer}")

    def training_rows(self, data: TrainingData, augment: str, seed: int) -> TextRows:
        """Tokens."""
        return self.serving_rows(data)

    def serving_rows(self, data: TrainingData) -> TextRows:
        """Tokens, as the operator makes them."""
        network = self.folder.tokens()
        return TextRows(data, network.tokenizer.ids, network.batch)

    def takes_classifier(self, network: Any, classifier: torch.nn.Linear) -> bool:
        """No: its folder has no place for one."""
        return False

    def write(self, folder: Path, learned: Learned, classes: Sequence[str]) -> None:
        """Write the folder that the operator takes as ``checkpoint``."""
        with whole_folder(folder) as inside:
            self.folder.write(inside, learned.model, learned.projection)
            write_labels(inside, classes)

    def picture(self, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """None of a text."""
        return None

    def heatmap(self, ref: OperatorRef, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """None of a text."""
        return None

    def _with(self, **changes: Any) -> OperatorRef:
        bound = inspect.signature(self.ref.resolve()).bind(*self.ref.args, **dict(self.ref.kwargs))
        return replace(self.ref, args=(), kwargs=tuple(sorted((bound.arguments | changes).items())))
