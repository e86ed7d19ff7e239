"""Images are prepared to the bit as by the Pillow form of transformers' image processors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tiny_image_models import SIZE, SIZES, dinov2, dinov3, photograph, processor
from towhee.errors import WeightsError
from towhee.models.calibration import sample_photographs
from towhee.models.preprocess import Preprocess
from towhee.models.transformers.image_preprocess import image_preprocess
from towhee.operators.image_embedding.dinov2 import Dinov2ImageEmbedding
from towhee.types import Image

SIDES = {"height": SIZE, "width": SIZE}
PROCESSORS: list[tuple[str, dict[str, Any]]] = [
    ("CLIPImageProcessorPil", {}),
    ("CLIPImageProcessorPil", {"size": {"shortest_edge": 20}}),
    ("CLIPImageProcessorPil", {"size": {"shortest_edge": 49}, "resample": 2}),
    ("CLIPImageProcessorPil", {"do_normalize": False, "resample": 0}),
    ("SiglipImageProcessorPil", {}),
    ("SiglipImageProcessorPil", {"size": {"height": 24, "width": 40}}),
    ("BitImageProcessorPil", {"size": {"shortest_edge": 37}}),
    ("ViTImageProcessorPil", {"image_mean": 0.5, "image_std": 0.25}),
    ("BeitImageProcessorPil", {"size": {"height": 40, "width": 40}, "do_center_crop": True}),
    ("BlipImageProcessorPil", {"resample": 1}),
    ("ConvNextImageProcessorPil", {"size": {"shortest_edge": SIZE}}),
    ("ConvNextImageProcessorPil", {"size": {"shortest_edge": 384}}),
]


def saved(into: Path, kind: str, settings: dict[str, Any]) -> Path:
    """The folder of a processor, as if it lay beside a model's weights."""
    crop = {"crop_size": SIDES} if settings.get("do_center_crop") else {}
    processor(kind, **crop, **settings).save_pretrained(into)
    return into


def of_processor(folder: Path, image: PIL.Image.Image) -> np.ndarray:
    """The pixels that transformers' own processor gives."""
    from towhee.models.transformers.loading import load_processor

    reference = load_processor("AutoImageProcessor", folder, backend="pil")
    assert reference.backend == "pil"
    pixels: np.ndarray = reference(images=[image], return_tensors="np")["pixel_values"][0]
    return pixels


@pytest.mark.parametrize(("kind", "settings"), PROCESSORS, ids=str)
def test_pixels_are_those_of_the_processor(
    kind: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    folder = saved(tmp_path, kind, settings)
    prepare = image_preprocess(folder)
    for size in SIZES:
        image = photograph(size)
        ours = prepare(Image(np.asarray(image)))
        assert np.array_equal(ours, of_processor(folder, image)), size


@pytest.mark.parametrize(
    "kind",
    [
        "CLIPImageProcessorPil",
        "SiglipImageProcessorPil",
        "BitImageProcessorPil",
        "ViTImageProcessorPil",
    ],
)
def test_pixels_of_photographs_are_those_of_the_processor_as_models_have_it(
    kind: str, tmp_path: Path
) -> None:
    from towhee.models.transformers.importing import import_transformers

    getattr(import_transformers(), kind)().save_pretrained(tmp_path)
    prepare = image_preprocess(tmp_path)
    for image in sample_photographs()[::5]:
        theirs = of_processor(tmp_path, PIL.Image.fromarray(np.asarray(image)))
        assert np.array_equal(prepare(image), theirs)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "CMYK", "1"])
def test_pictures_in_any_mode_are_prepared_as_by_the_processor(mode: str, tmp_path: Path) -> None:
    folder = dinov2(tmp_path / "model")
    image = photograph((61, 45)).convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(PIL.Image.linear_gradient("L").resize(image.size))
    embed = Dinov2ImageEmbedding(checkpoint=folder, backend="torch")
    ours = embed.running.network.preprocess.normalized(embed.prepare(image))
    assert np.array_equal(ours, of_processor(folder, image))


def test_a_processor_in_floating_point_is_met_within_one_level_of_255(tmp_path: Path) -> None:
    from towhee.models.transformers.loading import load_processor

    folder = dinov3(tmp_path / "model")
    theirs = load_processor("AutoImageProcessor", folder)
    prepare = image_preprocess(folder)
    std = np.asarray(prepare.std)[:, None, None]
    for size in SIZES:
        image = photograph(size)
        expected = theirs(images=[image], return_tensors="pt")["pixel_values"][0].numpy()
        assert (np.abs(prepare(Image(np.asarray(image))) - expected) * std * 255).max() <= 1


@pytest.mark.parametrize(
    ("kind", "settings", "reason"),
    [
        ("CLIPImageProcessorPil", {"do_resize": False}, "do_resize is off"),
        ("CLIPImageProcessorPil", {"do_rescale": False}, "do_rescale is off"),
        ("CLIPImageProcessorPil", {"do_center_crop": False}, "keeps the aspect"),
        ("CLIPImageProcessorPil", {"size": {"shortest_edge": 40, "longest_edge": 90}}, "size is"),
        ("CLIPImageProcessorPil", {"rescale_factor": 1 / 127.5}, "does more than"),
        ("CLIPImageProcessorPil", {"image_mean": [0.5]}, "one number a channel"),
        ("ViltImageProcessorPil", {"size": {"shortest_edge": 40}}, "keeps the aspect"),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_refused_with_the_reason(
    kind: str, settings: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    folder = saved(tmp_path, kind, settings)
    with pytest.raises(WeightsError, match=f"prepares images by .* does not know: .*{reason}"):
        image_preprocess(folder)


def test_a_crop_of_another_share_of_each_side_is_refused(tmp_path: Path) -> None:
    sides = {"height": 24, "width": SIZE}
    processor("CLIPImageProcessorPil", crop_size=sides).save_pretrained(tmp_path)
    with pytest.raises(WeightsError, match="another share of each side"):
        image_preprocess(tmp_path)


def test_a_file_that_is_not_there_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"has no preprocessor_config\.json, which says"):
        image_preprocess(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"size": ')
    with pytest.raises(WeightsError, match="cannot be loaded"):
        image_preprocess(tmp_path)


def test_the_preprocessing_survives_being_written_down(tmp_path: Path) -> None:
    folder = saved(tmp_path, "BitImageProcessorPil", {"size": {"shortest_edge": 37}})
    prepare = image_preprocess(folder)
    assert prepare.crop_offset == "floor"
    assert Preprocess.from_config(json.loads(json.dumps(prepare.as_config()))) == prepare
