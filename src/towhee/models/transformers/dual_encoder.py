"""Models of transformers that put images and texts into one space, and their two towers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError
from towhee.models.model_source import ModelSource
from towhee.models.preprocess import Preprocess
from towhee.models.towers import Modality
from towhee.models.transformers.config import load_config
from towhee.models.transformers.folder_digest import folder_digest
from towhee.models.transformers.image_preprocess import image_preprocess
from towhee.models.transformers.importing import import_transformers
from towhee.models.transformers.loading import load_pretrained
from towhee.models.transformers.tokens import PretrainedTokens

if TYPE_CHECKING:
    import torch

# Any: the library's models and configurations have no type to offer before it is imported.
_OfPixels = Callable[[Any, "torch.Tensor"], "torch.Tensor"]
_OfTokens = Callable[[Any, "torch.Tensor", "torch.Tensor | None"], "torch.Tensor"]


@dataclass(frozen=True, slots=True)
class DualEncoder:
    """A kind of model with two towers.

    Attributes:
        kind: its class in transformers.
        model_type: as its configuration calls it.
        dimension: of its vectors, from its configuration.
        image, text: the vectors of a tower's input, from the model.
        image_parts, text_parts: the parts of the model that only this tower needs.
        heads: the linear layers at the end of both, images' first; none where other things end one.
        is_filled: whether texts are filled up to the most tokens that it reads, as it was trained.
        extra: that brings what it needs.
    """

    kind: str
    model_type: str
    dimension: Callable[[Any], int]
    image: _OfPixels
    text: _OfTokens
    image_parts: tuple[str, ...]
    text_parts: tuple[str, ...]
    heads: tuple[str, ...] = ()
    is_filled: bool = False
    extra: str = "transformers"

    def load(self, source: ModelSource) -> Any:
        """The model, both towers of it.

        Raises:
            MissingExtraError: if torch or transformers is not installed.
            WeightsError: if the weights are absent, damaged, or of another model.
        """
        found = load_config(source.folder()).model_type
        if found != self.model_type:
            raise WeightsError(
                f"{source.name!r} holds a model of {found}, not of {self.model_type}"
            )
        return load_pretrained(
            self.kind, source.folder(), named=source.name, trust_pickle=source.trust_pickle
        )

    def digest(self, source: ModelSource, modality: Modality) -> str:
        """What the vectors of one of its towers depend on."""
        return folder_digest(
            source.folder(),
            self.kind,
            modality,
            packages=("torch", "transformers"),
            extra=self.extra,
        )


@dataclass(frozen=True, slots=True)
class ImageHalf:
    """The tower that sees images.

    Attributes:
        encoder: the kind of model.
        source: which model.
    """

    encoder: DualEncoder
    source: ModelSource

    @property
    def name(self) -> str:
        """The repository, or the folder."""
        return self.source.name

    def digest(self) -> str:
        """What the vectors depend on."""
        return self.encoder.digest(self.source, "image")

    def preprocess(self) -> Preprocess:
        """As the model's ``preprocessor_config.json`` says."""
        return image_preprocess(self.source.folder())

    def dimension(self) -> int:
        """The length of the vectors."""
        return self.encoder.dimension(load_config(self.source.folder()))

    def module(self) -> torch.nn.Module:
        """The tower with its weights; those of the other are let go."""
        import_transformers(extra=self.encoder.extra)
        import torch

        model = _without(self.encoder.load(self.source), self.encoder.text_parts)
        of_pixels = self.encoder.image

        class ImageModule(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.model = model

            def forward(self, pixels: torch.Tensor) -> torch.Tensor:
                return of_pixels(self.model, pixels)

        return ImageModule().eval()


@dataclass(slots=True)
class TextHalf:
    """The tower that reads texts.

    Attributes:
        encoder: the kind of model.
        source: which model.
    """

    encoder: DualEncoder
    source: ModelSource
    _tokens: PretrainedTokens | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The repository, or the folder."""
        return self.source.name

    @property
    def has_mask(self) -> bool:
        """Whether texts have a mask, as the model's tokenizer says."""
        return self.tokens.has_mask

    @property
    def filled_to(self) -> int | None:
        """The most tokens that the model reads, if all texts are filled up to them."""
        return self._max_tokens if self.encoder.is_filled else None

    @property
    def _max_tokens(self) -> int:
        return int(load_config(self.source.folder()).text_config.max_position_embeddings)

    @property
    def tokens(self) -> PretrainedTokens:
        """The tokenizer; the first to ask loads it."""
        if self._tokens is None:
            self._tokens = PretrainedTokens(
                self.source.folder(), max_tokens=self._max_tokens, extra=self.encoder.extra
            )
        return self._tokens

    @property
    def padding(self) -> int:
        """The token that fills up shorter rows."""
        return self.tokens.padding

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of a text's tokens, ``(length,) int64``."""
        return self.tokens.ids(text)

    def digest(self) -> str:
        """What the vectors depend on."""
        return self.encoder.digest(self.source, "text")

    def dimension(self) -> int:
        """The length of the vectors."""
        return self.encoder.dimension(load_config(self.source.folder()))

    def module(self) -> torch.nn.Module:
        """The tower with its weights; those of the other are let go."""
        import_transformers(extra=self.encoder.extra)
        import torch

        model = _without(self.encoder.load(self.source), self.encoder.image_parts)
        of_tokens = self.encoder.text

        class TextModule(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.model = model

            def forward(self, ids: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
                return of_tokens(self.model, ids, mask)

        return TextModule().eval()


def _without(model: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        delattr(model, part)
    return model
