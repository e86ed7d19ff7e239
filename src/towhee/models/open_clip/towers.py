"""The two towers of a model of open_clip."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import UsageError, WeightsError
from towhee.models.open_clip.importing import EXTRA, import_open_clip, quiet_open_clip
from towhee.models.open_clip.source import OpenClipSource
from towhee.models.open_clip.tokens import OpenClipTokens
from towhee.models.preprocess import Floats, Pixels, Preprocess
from towhee.models.preprocess_probe import gives_pixels_of
from towhee.models.transformers.folder_digest import folder_digest
from towhee.models.transformers.loading import loading_errors

if TYPE_CHECKING:
    import torch

_CROPS = {"shortest": "center", "squash": "squash", "longest": "border"}
_PACKAGES = ("torch", "open_clip_torch")


@dataclass(frozen=True, slots=True)
class OpenClipImage:
    """The tower that sees images.

    Attributes:
        source: which model.
    """

    source: OpenClipSource

    @property
    def name(self) -> str:
        """What messages call the model."""
        return self.source.name

    def digest(self) -> str:
        """What the vectors depend on."""
        return folder_digest(self.source.folder(), "image", packages=_PACKAGES, extra=EXTRA)

    def dimension(self) -> int:
        """The length of the vectors."""
        return _dimension(self.source)

    def preprocess(self) -> Preprocess:
        """As the model's ``open_clip_config.json`` says; the pixels are open_clip's own.

        Raises:
            WeightsError: if it asks for what a ``Preprocess`` cannot say.
        """
        open_clip = import_open_clip()
        config = self.source.config()
        sees = config["model_cfg"].get("vision_cfg") or {}
        stated = {"size": sees.get("image_size", 224), **(config.get("preprocess_cfg") or {})}
        try:
            known = open_clip.transform.PreprocessCfg(**stated)
            transform = open_clip.transform.image_transform_v2(known, is_train=False)
            preprocess = Preprocess(
                input_size=known.input_size,
                interpolation="bilinear" if known.interpolation == "bilinear" else "bicubic",
                crop_pct=1.0,
                crop_mode=_CROPS[known.resize_mode],  # type: ignore[arg-type]
                mean=tuple(map(float, known.mean)),
                std=tuple(map(float, known.std)),
            )
        except (UsageError, TypeError, KeyError, ValueError, AssertionError) as error:
            raise WeightsError(f"{self._refused()}: {error}") from error

        def reference(pixels: Pixels) -> Floats:
            floats: Floats = transform(PIL.Image.fromarray(pixels)).numpy()
            return floats

        if not gives_pixels_of(reference, preprocess):
            raise WeightsError(f"{self._refused()}: {stated}")
        return preprocess

    def module(self) -> torch.nn.Module:
        """The tower with its weights; those of the other are let go."""
        visual = open_clip_model(self.source).visual
        import torch

        class ImageModule(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.visual = visual

            def forward(self, pixels: torch.Tensor) -> torch.Tensor:
                return vectors_of_pixels(self.visual, pixels)

        return ImageModule().eval()

    def _refused(self) -> str:
        return f"{self.name!r} prepares images in a way that towhee does not know"


@dataclass(slots=True)
class OpenClipText:
    """The tower that reads texts, all filled up to the most tokens that it reads.

    Attributes:
        source: which model.
    """

    source: OpenClipSource
    _tokens: OpenClipTokens | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What messages call the model."""
        return self.source.name

    @property
    def has_mask(self) -> bool:
        """The model finds the end of a text itself."""
        return False

    @property
    def padding(self) -> int:
        """What would fill up shorter rows; there are none."""
        return 0

    @property
    def filled_to(self) -> int | None:
        """Its tokenizer fills rows up itself."""
        return None

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of a text's tokens, filled up, ``(length,) int64``."""
        if self._tokens is None:
            self._tokens = OpenClipTokens(self.source)
        return self._tokens.ids(text)

    def digest(self) -> str:
        """What the vectors depend on."""
        return folder_digest(self.source.folder(), "text", packages=_PACKAGES, extra=EXTRA)

    def dimension(self) -> int:
        """The length of the vectors."""
        return _dimension(self.source)

    def module(self) -> torch.nn.Module:
        """The tower with its weights; those of the other are let go."""
        model = open_clip_model(self.source)
        del model.visual
        import torch

        class TextModule(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.model = model

            def forward(self, ids: torch.Tensor) -> torch.Tensor:
                vectors: torch.Tensor = self.model.encode_text(ids)
                return vectors

        return TextModule().eval()


def vectors_of_pixels(visual: Any, pixels: torch.Tensor) -> torch.Tensor:
    """What the tower of images gives for pixels, ``(n, d)``."""
    vectors = visual(pixels)
    # A CoCa's tower gives the tokens of patches too.
    first: torch.Tensor = vectors[0] if isinstance(vectors, tuple) else vectors
    return first


def _dimension(source: OpenClipSource) -> int:
    stated = source.config()["model_cfg"].get("embed_dim")
    if not isinstance(stated, int):
        raise WeightsError(f"{source.name!r} states no embed_dim, as open_clip's models do")
    return stated


# Any: the library has no types.
def open_clip_model(source: OpenClipSource) -> Any:
    """The model, both towers of it.

    Raises:
        MissingExtraError: if open_clip is not installed.
        WeightsError: if the weights are absent, damaged, or of another model.
    """
    open_clip = import_open_clip()
    folder = source.folder()
    with loading_errors(source.name), quiet_open_clip():
        return open_clip.create_model(
            f"local-dir:{folder}", pretrained_text=False, weights_only=True
        ).eval()
