"""The networks of transformers that see images, as a tower of vectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from towhee.errors import UsageError, WeightsError
from towhee.models.model_source import ModelSource
from towhee.models.preprocess import Preprocess
from towhee.models.transformers.config import load_config
from towhee.models.transformers.folder_digest import folder_digest
from towhee.models.transformers.image_preprocess import image_preprocess
from towhee.models.transformers.importing import import_transformers
from towhee.models.transformers.loading import load_pretrained

if TYPE_CHECKING:
    import torch

VisionPooling = Literal["cls", "avg", "pooler"]


def check_vision_pooling(pooling: str) -> VisionPooling:
    """The way of pooling, if it is one.

    Raises:
        UsageError: if it is not.
    """
    for known in get_args(VisionPooling):
        if pooling == known:
            chosen: VisionPooling = known
            return chosen
    raise UsageError(f"pooling is one of {', '.join(get_args(VisionPooling))}, not {pooling!r}")


@dataclass(frozen=True, slots=True)
class Backbone:
    """A network of images from a folder of transformers, its tokens pooled.

    Attributes:
        source: which model.
        pooling: ``"cls"`` for its first token, ``"avg"`` for the mean of those of the patches,
            ``"pooler"`` for what the model itself makes of them.
        kind: its class in transformers.
        extra: that brings what it needs.
    """

    source: ModelSource
    pooling: VisionPooling
    kind: str = "AutoModel"
    extra: str = "transformers"

    @property
    def name(self) -> str:
        """The repository, or the folder."""
        return self.source.name

    def digest(self) -> str:
        """What the vectors depend on."""
        return folder_digest(
            self._folder(),
            self.kind,
            self.pooling,
            packages=("torch", "transformers"),
            extra=self.extra,
        )

    def preprocess(self) -> Preprocess:
        """As the model's ``preprocessor_config.json`` says."""
        return image_preprocess(self._folder())

    def dimension(self) -> int:
        """The width of its last layer."""
        config = load_config(self._folder())
        config = getattr(config, "vision_config", config)
        width = getattr(config, "hidden_size", None) or getattr(config, "hidden_sizes", [None])[-1]
        if not isinstance(width, int):
            raise WeightsError(f"{self.name!r} is no model of images: it states no hidden_size")
        return width

    def module(self) -> torch.nn.Module:
        """The network and the pooling behind it."""
        import_transformers(extra=self.extra)
        import torch

        model = load_pretrained(
            self.kind,
            self._folder(),
            named=self.name,
            trust_pickle=self.source.trust_pickle,
            may_lack=() if self.pooling == "pooler" else ("pooler.",),
        )
        pooling, name = self.pooling, self.name
        prefix = 1 + getattr(model.config, "num_register_tokens", 0)

        class BackboneModule(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.model = model

            def forward(self, pixels: torch.Tensor) -> torch.Tensor:
                output = self.model(pixel_values=pixels)
                return _pooled(output, pooling, prefix, name)

        return BackboneModule().eval()

    def _folder(self) -> Path:
        return self.source.folder()


# Any: the outputs of models have no type of their own to offer before the library is imported.
def _pooled(output: Any, pooling: VisionPooling, prefix: int, name: str) -> torch.Tensor:
    """The vector of an image from the tokens ``(n, length, d)`` of its patches."""
    tokens: torch.Tensor = output.last_hidden_state
    if pooling == "pooler":
        vectors: torch.Tensor | None = getattr(output, "pooler_output", None)
        if vectors is None:
            raise UsageError(f'{name!r} has no pooler of its own: pooling is "cls" or "avg"')
        return vectors.flatten(1)
    if tokens.ndim != 3:
        raise UsageError(f'{name!r} makes no tokens of an image: pooling="pooler"')
    return tokens[:, 0] if pooling == "cls" else tokens[:, prefix:].mean(1)
