"""The preprocessing gives the pixels of the reference, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from towhee.errors import DataError, UsageError
from towhee.models.preprocess import Preprocess
from towhee.models.timm_models import import_timm
from towhee.types import Image
from towhee.types.image import ColorMode

IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
HALF = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
CONFIGS = [
    {"input_size": (3, 224, 224), "interpolation": "bilinear", "crop_pct": 0.875, **IMAGENET},
    {"input_size": (3, 224, 224), "interpolation": "bicubic", "crop_pct": 0.95, **IMAGENET},
    {"input_size": (3, 288, 288), "interpolation": "bicubic", "crop_pct": 1.0, **HALF},
    {"input_size": (3, 128, 128), "crop_mode": "squash", "crop_pct": 1.0, **HALF},
    {"input_size": (3, 224, 224), "crop_mode": "squash", "crop_pct": 0.9, **IMAGENET},
    {"input_size": (3, 224, 224), "crop_mode": "border", "crop_pct": 1.0, **IMAGENET},
    {"input_size": (3, 160, 240), "crop_mode": "center", "crop_pct": 0.9, **IMAGENET},
]
SIZES = [(500, 375), (375, 500), (224, 224), (30, 700), (64, 48), (1, 1), (223, 225), (257, 256)]


def reference(config: dict[str, object], image: PIL.Image.Image) -> np.ndarray:
    """The pixels of timm's own evaluation transform."""
    data = import_timm().data
    settings = data.resolve_data_config(dict(config), pretrained_cfg={"interpolation": "bicubic"})
    pixels: np.ndarray = data.create_transform(**settings, is_training=False)(image).numpy()
    return pixels


def photograph(size: tuple[int, int]) -> PIL.Image.Image:
    """Smooth colours with noise on them, the same every time."""
    width, height = size
    noise = np.random.default_rng(width * 1000 + height).integers(0, 60, (height, width, 3))
    ramp = np.linspace(0, 195, width * height * 3).reshape(height, width, 3)
    return PIL.Image.fromarray((ramp + noise).astype(np.uint8))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c['input_size']}-{c.get('crop_mode')}")
def test_pixels_are_those_of_timm(config: dict[str, object], size: tuple[int, int]) -> None:
    image = photograph(size)
    ours = Preprocess.from_config(config)(Image(np.asarray(image), "RGB"))
    assert ours.dtype == np.float32
    assert np.array_equal(ours, reference(config, image))


def test_pixels_of_all_photographs_are_those_of_timm(shared_data: Path) -> None:
    data = import_timm().data
    pairs = [
        (
            Preprocess.from_timm_config(config),
            data.create_transform(**data.resolve_data_config(dict(config)), is_training=False),
        )
        for config in (CONFIGS[0], CONFIGS[1], CONFIGS[2], CONFIGS[4])
    ]
    compared, different = 0, []
    for path in sorted((shared_data / "imagenet-sample").iterdir()):
        image = PIL.Image.open(path).convert("RGB")
        pixels = Image(np.asarray(image), "RGB")
        for ours, theirs in pairs:
            compared += 1
            if not np.array_equal(ours(pixels), theirs(image).numpy()):
                different.append((path.name, str(ours)))
    assert compared == 4 * 606
    assert different == []


@pytest.mark.parametrize("mode", ["BGR", "RGBA", "BGRA"])
def test_the_order_of_channels_does_not_matter(mode: ColorMode) -> None:
    prepare = Preprocess()
    image = Image(np.asarray(photograph((300, 200))), "RGB")
    assert np.array_equal(prepare(image), prepare(image.to(mode)))


@pytest.mark.parametrize("mode", ["RGB", "BGR", "BGRA", "L"])
def test_a_view_with_gaps_is_the_image_it_shows(mode: ColorMode) -> None:
    prepare = Preprocess(input_size=(3, 32, 32))
    image = Image(np.asarray(photograph((90, 60))), "RGB").to(mode)
    view = Image(np.asarray(image)[::-1, ::2], mode)
    assert np.array_equal(prepare(view), prepare(Image(np.asarray(view).copy(), mode)))


def test_an_image_is_left_as_it_was() -> None:
    pixels = np.asarray(photograph((40, 30))).copy()
    pixels.flags.writeable = False
    prepared = Preprocess(input_size=(3, 32, 32))(Image(pixels, "RGB"))
    prepared += 1
    assert np.array_equal(pixels, np.asarray(photograph((40, 30))))


def test_a_grey_image_is_the_colour_image_of_equal_channels() -> None:
    grey = np.asarray(photograph((90, 60)).convert("L"))
    colour = np.repeat(grey[:, :, None], 3, axis=2)
    prepare = Preprocess(input_size=(3, 32, 32))
    assert np.array_equal(prepare(Image(grey, "L")), prepare(Image(colour, "RGB")))


def test_an_image_without_pixels_is_refused() -> None:
    with pytest.raises(DataError, match="0x5 pixels holds nothing"):
        Preprocess()(Image(np.empty((5, 0, 3), np.uint8), "RGB"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"interpolation": "cubic"},
        {"crop_mode": "middle"},
        {"input_size": (1, 8, 8)},
        {"input_size": (224, 224)},
        {"crop_pct": 0.0},
        {"mean": (0.5, 0.5)},
        {"std": (1.0, 0.0, 1.0)},
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Preprocess(**wrong)  # type: ignore[arg-type]


def test_a_configuration_survives_as_plain_values() -> None:
    prepare = Preprocess.from_config(CONFIGS[3])
    assert Preprocess.from_config(prepare.as_config()) == prepare


def test_one_number_stands_for_all_channels_as_in_timm() -> None:
    config = {"input_size": (3, 32, 32), "mean": (0.5,), "std": (0.25,)}
    image = photograph((60, 50))
    ours = Preprocess.from_timm_config(config)(Image(np.asarray(image), "RGB"))
    assert np.array_equal(ours, reference(config, image))


def test_it_describes_itself_in_a_line() -> None:
    told = Preprocess().describe()
    assert told == str(Preprocess())
    assert told.startswith("224x224 pixels, bicubic, center crop 0.875, mean 0.485/0.456/0.406")


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c['input_size']}-{c.get('crop_mode')}")
def test_fast_pixels_are_close_to_the_exact_ones(config: dict[str, object]) -> None:
    prepare = Preprocess.from_timm_config(config)
    image = Image(np.asarray(photograph((640, 427))))
    exact, fast = prepare.pixels(image), prepare.pixels(image, fast=True)
    assert fast.shape == exact.shape
    difference = np.abs(fast.astype(int) - exact)
    assert difference.max() <= 11
    assert (difference > 0).mean() < 0.05


def test_fast_pixels_are_the_exact_ones_where_nothing_is_cut_away() -> None:
    image = Image(np.asarray(photograph((200, 100))))
    squash = Preprocess(input_size=(3, 64, 64), crop_pct=1.0, crop_mode="squash")
    smaller_than_the_crop = Preprocess(input_size=(3, 96, 96), crop_pct=1.0, crop_mode="border")
    for prepare in (squash, smaller_than_the_crop):
        assert np.array_equal(prepare.pixels(image, fast=True), prepare.pixels(image))


def test_an_image_may_be_shrunk_to_twice_what_resizing_leaves() -> None:
    assert Preprocess(input_size=(3, 224, 224), crop_pct=0.875).least_side == 512
