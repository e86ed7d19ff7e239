"""A model with a tower for images and one for texts, of either library that has some."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.models.open_clip.towers import OpenClipImage, open_clip_model, vectors_of_pixels
from towhee.models.pickles import is_pickle
from towhee.models.towers import ImageTower
from towhee.models.transformers.dual_encoder import ImageHalf
from towhee.models.transformers.importing import quiet_transformers
from towhee.trainer.trainable import About
from towhee.trainer.transformer_stages import transformer_stages

if TYPE_CHECKING:
    import torch

_OPEN_CLIP_WEIGHTS = "open_clip_model.safetensors"
_TAGS = ("zero-shot-image-classification", "feature-extraction")


@dataclass(frozen=True, slots=True)
class TwoTowers:
    """What training needs of such a model. Any: models have no type of their own.

    Attributes:
        about: what its card says.
        methods: by which it can be trained.
        load: reads it.
        of_pixels, of_tokens: its vectors of images, and of texts with their mask if they have one.
        stages: its parameters, stage by stage.
        heads: its linear layers that end both towers, images' first; none where there are none.
        write: writes it into a folder that is there.
    """

    about: About
    methods: tuple[str, ...]
    load: Callable[[], Any]
    of_pixels: Callable[[Any, torch.Tensor], torch.Tensor]
    of_tokens: Callable[[Any, torch.Tensor, torch.Tensor | None], torch.Tensor]
    stages: Callable[[Any], list[list[Any]]]
    heads: tuple[str, ...]
    write: Callable[[Path, Any], None]


def two_towers(image: ImageTower) -> TwoTowers:
    """The model of which a tower is one half."""
    if isinstance(image, OpenClipImage):
        return _of_open_clip(image)
    assert isinstance(image, ImageHalf)
    return _of_transformers(image)


def _of_transformers(image: ImageHalf) -> TwoTowers:
    encoder, source = image.encoder, image.source

    def load() -> Any:
        with quiet_transformers():
            return encoder.load(source)

    def write(folder: Path, model: Any) -> None:
        _copy_others(source.folder(), folder)
        with quiet_transformers():
            model.save_pretrained(folder)

    def stages(model: Any) -> list[list[Any]]:
        found = transformer_stages(
            getattr(model, encoder.image_parts[0]), getattr(model, encoder.text_parts[0])
        )
        inside = {id(weight) for stage in found for weight in stage}
        found[-1] += [weight for weight in model.parameters() if id(weight) not in inside]
        return found

    methods = ("lora", "partial", "full")
    return TwoTowers(
        about=About(source.name, source.known.license, "transformers", _TAGS),
        methods=("linear_probe", *methods) if encoder.heads else methods,
        load=load,
        of_pixels=encoder.image,
        of_tokens=encoder.text,
        stages=stages,
        heads=encoder.heads,
        write=write,
    )


def _of_open_clip(image: OpenClipImage) -> TwoTowers:
    source = image.source

    def write(folder: Path, model: Any) -> None:
        from safetensors.torch import save_file

        _copy_others(source.folder(), folder)
        tensors = {
            name: tensor.detach().cpu().contiguous().clone()
            for name, tensor in model.state_dict().items()
        }
        save_file(tensors, folder / _OPEN_CLIP_WEIGHTS)

    return TwoTowers(
        about=About(source.name, None, "open_clip", _TAGS),
        methods=("lora", "full"),
        load=lambda: open_clip_model(source),
        of_pixels=lambda model, pixels: vectors_of_pixels(model.visual, pixels),
        of_tokens=lambda model, ids, mask: model.encode_text(ids),
        stages=lambda model: [list(model.parameters())],
        heads=(),
        write=write,
    )


def _copy_others(source: Path, target: Path) -> None:
    """What lies beside the weights: configuration, preprocessing, tokenizer."""
    for file in source.iterdir():
        if file.is_file() and not is_pickle(file) and ".safetensors" not in file.name:
            shutil.copyfile(file, target / file.name)
