"""What a model of transformers does to an image in front of its network, as a ``Preprocess``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import PIL.Image

from towhee.errors import MissingExtraError, UsageError, WeightsError
from towhee.models.preprocess import Floats, Pixels, Preprocess
from towhee.models.preprocess_probe import gives_pixels_of
from towhee.models.transformers.loading import load_processor

_FILES = ("preprocessor_config.json", "processor_config.json")
_CONVNEXT_SQUASHES_FROM = 384  # pixels, from which its processor no longer crops


def image_preprocess(folder: Path) -> Preprocess:
    """The preprocessing of the model in a folder, as its ``preprocessor_config.json`` says it.

    It gives the pixels of the processor's Pillow form to the last bit, which is made sure of here
    on a few images. A processor that has only a form in floating point, which rounds no level
    (that of DINOv3), is met to within a level of 255.

    Raises:
        MissingExtraError: if the processor needs torchvision, and that is not installed.
        WeightsError: if there is no such file, or it asks for what a ``Preprocess`` cannot say.
    """
    if not any((folder / name).is_file() for name in _FILES):
        raise WeightsError(
            f"{str(folder)!r} has no {_FILES[0]}, which says how images are prepared for the model"
        )
    try:
        # Any: the classes of processors have no type in common that says what they hold.
        processor: Any = load_processor("AutoImageProcessor", folder, backend="pil")
    except ImportError as error:
        raise MissingExtraError(
            f"the preparation of images by {str(folder)!r}, which has no form in Pillow",
            "transformers,torch",
        ) from error
    stated = processor.to_dict()
    kind = stated.get("image_processor_type") or type(processor).__name__
    try:
        preprocess = _as_stated(stated)
    except (UsageError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(f"{_refused(folder, kind)}: {error}") from error
    levels = 0 if getattr(processor, "backend", "pil") == "pil" else 1

    def reference(pixels: Pixels) -> Floats:
        given = processor(images=[pixels], input_data_format="channels_last", return_tensors="pt")
        floats: Floats = given["pixel_values"][0].numpy()
        return floats

    if not gives_pixels_of(reference, preprocess, levels=levels):
        raise WeightsError(f"{_refused(folder, kind)}: it does more than resize and crop")
    return preprocess


def _as_stated(stated: Mapping[str, Any]) -> Preprocess:
    """The preprocessing that the fields name; whether it is all that is done is not said by them.

    Raises:
        UsageError: if it cannot be said.
    """
    for step in ("do_resize", "do_rescale"):
        if not stated.get(step, False):
            raise UsageError(f"{step} is off, so its vectors would depend on the size of an image")
    size = {name: value for name, value in stated["size"].items() if value}
    crop = stated.get("crop_size") if stated.get("do_center_crop") else None
    if crop is not None:
        crop = (crop["height"], crop["width"])
    crop_mode, crop_pct = "center", 1.0
    if set(size) == {"height", "width"}:
        crop_mode, resized = "squash", (size["height"], size["width"])
    elif set(size) == {"shortest_edge"}:
        resized = (size["shortest_edge"],) * 2
    else:
        raise UsageError(f"size is {size}")
    if crop is None and "crop_pct" in stated:
        crop = resized
        if resized[0] < _CONVNEXT_SQUASHES_FROM:
            crop_pct = float(stated["crop_pct"])
        else:
            crop_mode = "squash"
    elif crop is None and crop_mode == "center":
        raise UsageError("it keeps the aspect of an image, so that images make no batch")
    elif crop is not None:
        crop_pct = _share(crop, resized)
    height, width = crop or resized
    has_norm = stated.get("do_normalize", False)
    return Preprocess(
        input_size=(3, height, width),
        interpolation=PIL.Image.Resampling(stated["resample"]).name.lower(),
        crop_pct=crop_pct,
        crop_mode="squash" if crop_mode == "squash" else "center",
        crop_offset="floor",
        mean=_channels(stated["image_mean"]) if has_norm else (0.0,) * 3,
        std=_channels(stated["image_std"]) if has_norm else (1.0,) * 3,
    )


def _share(crop: tuple[int, int], resized: tuple[int, int]) -> float:
    """The share that a crop keeps, by which exactly the resized sides are found again."""
    for share in (crop[0] / resized[0], math.nextafter(crop[0] / resized[0], 0)):
        if all(math.floor(kept / share) == side for kept, side in zip(crop, resized, strict=True)):
            return share
    raise UsageError(f"it crops {crop} of {resized}, which is another share of each side")


def _channels(values: Any) -> tuple[float, ...]:
    if isinstance(values, (int, float)):
        return (float(values),) * 3
    return tuple(map(float, values))


def _refused(folder: Path, kind: str) -> str:
    return f"{str(folder)!r} prepares images by {kind} in a way that towhee does not know"
