"""An Audio Spectrogram Transformer with the head that names what sounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from towhee.models.audio.ast_network import AstNetwork
from towhee.models.audio.spectrum import Samples
from towhee.models.model_source import ModelSource
from towhee.models.transformers.config import load_config

if TYPE_CHECKING:
    import torch


class AstClassifier(AstNetwork):
    """Scores ``(n, classes)`` for spectrograms ``(n, frames, bands) float32``.

    Args:
        source: which model; its files may be downloaded.
        scores: ``"sigmoid"`` for classes that may sound together, ``"softmax"`` for one of
            several; ``"auto"`` for what the model's configuration says.
        sounds: on which backends are compared; the sample sounds if there are none.
    """

    def __init__(
        self, source: ModelSource, *, scores: str = "auto", sounds: Sequence[Samples] = ()
    ) -> None:
        super().__init__(source, sounds=sounds)
        self._scores = scores

    @property
    def projection(self) -> None:
        """None: scores are not projected."""
        return None

    def unloaded(self) -> AstClassifier:
        """The same model with nothing of it in memory."""
        return AstClassifier(self.source, scores=self._scores, sounds=self._sounds)

    def settings(self) -> tuple[str, ...]:
        """How scores are made."""
        return (self._scores,)

    @cached_property
    # Any: transformers is imported when it is used, and so are its types.
    def _config(self) -> Any:
        return load_config(self.folder)

    @property
    def labels(self) -> Mapping[int, str]:
        """The names of the classes by their places."""
        names: Mapping[int, str] = self._config.id2label
        return names

    def read_module(self) -> torch.nn.Module:
        """The transformer with its head."""
        together = self._config.problem_type == "multi_label_classification"
        if self._scores != "auto":
            together = self._scores == "sigmoid"
        return _scored(self.pretrained("ASTForAudioClassification"), together=together)


# Any: transformers is imported when it is used, and so are its types.
def _scored(classifier: Any, *, together: bool) -> torch.nn.Module:
    import torch

    class Scored(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.classifier = classifier

        def forward(self, features: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.classifier(features).logits
            return logits.sigmoid() if together else logits.softmax(dim=-1)

    return Scored().eval()
