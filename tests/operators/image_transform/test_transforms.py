"""The transforms give Pillow's pixels, keep the image's mode, and refuse what means nothing."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageFilter
import pytest

from towhee.errors import DataError, UsageError
from towhee.operators.base import Operator
from towhee.operators.image_transform.blur import ImageBlur
from towhee.operators.image_transform.center_crop import ImageCenterCrop
from towhee.operators.image_transform.convert_color import ImageConvertColor
from towhee.operators.image_transform.crop import ImageCrop
from towhee.operators.image_transform.flip import ImageFlip
from towhee.operators.image_transform.grayscale import ImageGrayscale
from towhee.operators.image_transform.resize import ImageResize
from towhee.operators.image_transform.rotate import ImageRotate
from towhee.types.image import ColorMode, Image

NOISE = Image(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8), "RGB")
BILINEAR = PIL.Image.Resampling.BILINEAR
# Any: an operator on images, of which ImageCrop may return several.
LIKE_PILLOW: list[tuple[Operator[Any, Any], Callable[[PIL.Image.Image], PIL.Image.Image]]] = [
    (ImageResize(20), lambda image: image.resize((30, 20), PIL.Image.Resampling.BICUBIC)),
    (
        ImageResize((50, 10), interpolation="bilinear"),
        lambda image: image.resize((10, 50), BILINEAR),
    ),
    (ImageCrop((10, 5, 30, 20)), lambda image: image.crop((10, 5, 30, 20))),
    (ImageCenterCrop((20, 30)), lambda image: image.crop((15, 10, 45, 30))),
    (ImageRotate(30, fill=9), lambda image: image.rotate(30, BILINEAR, fillcolor=(9, 9, 9))),
    (ImageRotate(90, expand=True), lambda image: image.transpose(PIL.Image.Transpose.ROTATE_90)),
    (ImageFlip(), lambda image: image.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT)),
    (ImageFlip("vertical"), lambda image: image.transpose(PIL.Image.Transpose.FLIP_TOP_BOTTOM)),
    (ImageBlur(1.5), lambda image: image.filter(PIL.ImageFilter.GaussianBlur(1.5))),
]


def named(value: object) -> str:
    return type(value).__name__ if isinstance(value, Operator) else ""


@pytest.mark.parametrize(("operator", "reference"), LIKE_PILLOW, ids=named)
def test_the_pixels_are_those_of_pillow(
    operator: Operator[Any, Any], reference: Callable[[PIL.Image.Image], PIL.Image.Image]
) -> None:
    expected = np.asarray(reference(PIL.Image.fromarray(np.asarray(NOISE))))
    np.testing.assert_array_equal(operator(NOISE), expected)


@pytest.mark.parametrize("mode", ["RGB", "BGR", "RGBA", "BGRA", "L"])
@pytest.mark.parametrize("operator", [operator for operator, _ in LIKE_PILLOW], ids=named)
def test_the_mode_is_kept_and_the_order_of_channels_changes_no_pixel(
    operator: Operator[Any, Any], mode: ColorMode
) -> None:
    image = operator(NOISE.to(mode))
    assert image.mode == mode
    assert image.flags.c_contiguous
    if mode in ("BGR", "BGRA"):
        np.testing.assert_array_equal(image.to("RGB"), operator(NOISE))


@pytest.mark.parametrize("operator", [operator for operator, _ in LIKE_PILLOW], ids=named)
def test_the_image_that_is_given_stays_as_it_is(operator: Operator[Any, Any]) -> None:
    image = Image(np.asarray(NOISE).copy(), "RGB")
    operator(image)[:] = 0
    np.testing.assert_array_equal(image, NOISE)


@pytest.mark.parametrize(
    "operator",
    [*(operator for operator, _ in LIKE_PILLOW), ImageGrayscale(), ImageConvertColor("BGR")],
    ids=named,
)
def test_what_is_no_image_is_refused_and_operators_travel(operator: Operator[Any, Any]) -> None:
    with pytest.raises(DataError, match="a str is no image; decode it first"):
        operator("a.jpg")
    with pytest.raises(DataError, match="array of float64"):
        operator(np.zeros((4, 4, 3)))
    again = pickle.loads(pickle.dumps(operator))
    np.testing.assert_array_equal(again(NOISE), operator(NOISE))


def test_the_shorter_side_gets_the_size_and_the_proportions_stay() -> None:
    assert ImageResize(20)(Image(np.zeros((40, 60, 3), np.uint8), "RGB")).shape == (20, 30, 3)
    assert ImageResize(20)(Image(np.zeros((60, 40), np.uint8), "L")).shape == (30, 20)
    assert ImageResize(1)(Image(np.zeros((900, 2), np.uint8), "L")).shape == (450, 1)


def test_grey_is_the_luma_whatever_the_order_of_channels() -> None:
    expected = np.asarray(PIL.Image.fromarray(np.asarray(NOISE)).convert("L"))
    modes: tuple[ColorMode, ...] = ("RGB", "BGR", "RGBA")
    for mode in modes:
        image = ImageGrayscale()(NOISE.to(mode))
        assert image.mode == "L"
        np.testing.assert_array_equal(image, expected)


def test_colours_are_converted_from_the_order_that_the_image_has() -> None:
    image = ImageConvertColor("rgb")(NOISE.to("BGR"))
    assert image.mode == "RGB"
    np.testing.assert_array_equal(image, NOISE)


def test_each_image_is_cut_by_its_own_boxes() -> None:
    one = (1, 2, 11, 22)
    several = np.array([[0, 0, 8, 9], [0.6, 1.4, 3.2, 4.0]])
    first, second, third = ImageCrop().batch([NOISE] * 3, [one, several, []])
    np.testing.assert_array_equal(first, NOISE[2:22, 1:11])
    assert [part.shape for part in second] == [(9, 8, 3), (3, 2, 3)]
    np.testing.assert_array_equal(second[1], NOISE[1:4, 1:3])
    assert third == []


def test_a_box_beyond_the_image_is_refused_or_cut_off() -> None:
    with pytest.raises(DataError, match=r"box \(50, 30, 70, 50\) .* 60x40 pixels.*clamp=True"):
        ImageCrop((50, 30, 70, 50))(NOISE)
    part = ImageCrop((50, 30, 70, 50), clamp=True)(NOISE)
    assert np.shape(part) == (10, 10, 3)
    for box in ((5, 5, 5, 9), (9, 9, 3, 12), (70, 0, 80, 10)):
        with pytest.raises(DataError, match="is empty or reaches outside"):
            ImageCrop(box, clamp=True)(NOISE)


@pytest.mark.parametrize("boxes", ["a box", 3, [(1, 2, 3)], [None], [(0, 0, float("nan"), 1)]])
def test_boxes_that_are_none_are_refused(boxes: object) -> None:
    with pytest.raises(DataError, match=r"\(left, top, right, bottom\), not"):
        ImageCrop()(NOISE, boxes)


def test_boxes_come_from_one_place() -> None:
    with pytest.raises(UsageError, match="from one alone"):
        ImageCrop()(NOISE)
    with pytest.raises(UsageError, match="from one alone"):
        ImageCrop((0, 0, 1, 1))(NOISE, (0, 0, 1, 1))


def test_an_image_smaller_than_its_middle_is_refused() -> None:
    with pytest.raises(DataError, match="60x40 pixels has no middle of 50x50; resize it first"):
        ImageCenterCrop(50)(NOISE)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ImageResize(0),
        lambda: ImageResize((0, 5)),
        lambda: ImageResize((1, 2, 3)),  # type: ignore[arg-type]
        lambda: ImageResize(2.5),  # type: ignore[arg-type]
        lambda: ImageResize(True),
        lambda: ImageResize(5, interpolation="best"),
        lambda: ImageCrop((1, 2, 3)),
        lambda: ImageCrop("abcd"),  # type: ignore[arg-type]
        lambda: ImageCenterCrop(-1),
        lambda: ImageRotate(float("nan")),
        lambda: ImageRotate("90"),  # type: ignore[arg-type]
        lambda: ImageRotate(5, fill=256),
        lambda: ImageRotate(5, interpolation="lanczos"),
        lambda: ImageFlip("sideways"),
        lambda: ImageConvertColor("hsv"),
        lambda: ImageBlur(-1),
        lambda: ImageBlur("2"),  # type: ignore[arg-type]
    ],
)
def test_an_argument_that_means_nothing_is_refused_at_once(make: Callable[[], object]) -> None:
    with pytest.raises(UsageError, match="not "):
        make()
