"""Arguments by which code written for earlier versions calls the operators on images."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from towhee import DataCollection, Image, ops
from towhee.errors import DataError, UsageError

PICTURE = np.random.default_rng(0).integers(0, 256, (12, 20, 3)).astype(np.uint8)


def test_an_image_is_loaded_in_the_order_of_opencv() -> None:
    png = cv2.imencode(".png", PICTURE)[1].tobytes()
    loaded = DataCollection([png]).image_load()[0]
    assert loaded.mode == "BGR"
    assert np.array_equal(loaded, PICTURE)


@pytest.mark.parametrize("ksize", [[3, 3], (4, 2), [1, 5]])
def test_a_box_blurs_as_in_opencv(ksize: Any) -> None:
    blurred = ops.image_blur(ksize=ksize)(PICTURE).astype(int)
    assert np.abs(blurred - cv2.blur(PICTURE, tuple(ksize))).max() <= 1


def test_dsize_is_width_and_height() -> None:
    made = ops.image_resize(dsize=[5, 3], interpolation="linear")(PICTURE)
    assert np.array_equal(made, ops.image_resize((3, 5), interpolation="bilinear")(PICTURE))


def test_factors_multiply_width_and_height() -> None:
    made = ops.image_resize(fx=0.5, fy=2)(PICTURE)
    assert np.array_equal(made, ops.image_resize((24, 10))(PICTURE))


@pytest.mark.parametrize("code", ["rgb2gray", "bgr2gray", "bgr2rgb", "rgb2bgra"])
def test_a_code_converts_as_in_opencv(code: str) -> None:
    expected = cv2.cvtColor(PICTURE, getattr(cv2, f"COLOR_{code.upper()}"))
    made = ops.image_convert_color(code=code)(PICTURE)
    assert np.abs(made.astype(int) - expected).max() <= 1


def test_an_image_that_knows_its_mode_is_not_taken_for_another() -> None:
    image = Image(PICTURE, "BGR")
    assert np.array_equal(ops.image_convert_color(code="rgb2gray")(image), image.to("L"))


def test_an_array_with_other_channels_than_the_code_says_is_refused() -> None:
    with pytest.raises(DataError, match="cannot be a RGB image"):
        ops.image_convert_color(code="rgb2gray")(PICTURE[:, :, 0])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("image_blur", {"radius": 1, "ksize": [3, 3]}),
        ("image_blur", {"ksize": 3}),
        ("image_blur", {"ksize": [0, 3]}),
        ("image_resize", {}),
        ("image_resize", {"size": 3, "dsize": [3, 3]}),
        ("image_resize", {"dsize": 3}),
        ("image_resize", {"fx": 2}),
        ("image_resize", {"fx": 2, "fy": -1}),
        ("image_convert_color", {}),
        ("image_convert_color", {"mode": "RGB", "code": "rgb2gray"}),
        ("image_convert_color", {"code": "rgb2hsv"}),
    ],
)
def test_arguments_that_mean_nothing_are_refused(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        getattr(ops, name)(**arguments)
