"""``image_filter`` looks at the surroundings of each pixel."""

from __future__ import annotations

import cv2
import numpy as np
import PIL.Image
import PIL.ImageFilter
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee import DataCollection, Image, ops
from towhee.errors import OperatorError, UnknownNameError, UsageError

PICTURE = np.random.default_rng(0).integers(0, 256, (9, 11, 3)).astype(np.uint8)


@pytest.mark.parametrize("name", ["sharpen", "find_edges", "smooth_more", "emboss"])
def test_a_filter_by_name_is_pillows(name: str) -> None:
    expected = PIL.Image.fromarray(PICTURE).filter(getattr(PIL.ImageFilter, name.upper()))
    assert np.array_equal(ops.image_filter(name)(PICTURE), np.asarray(expected))


def test_the_median_takes_out_a_speck() -> None:
    speck = np.zeros((5, 5), np.uint8)
    speck[2, 2] = 255
    assert not ops.image_filter("median", size=3)(speck).any()


def test_the_mode_of_an_image_is_kept() -> None:
    assert ops.image_filter("sharpen")(Image(PICTURE, "BGR")).mode == "BGR"


def test_an_alpha_channel_stays_as_it_is() -> None:
    image = np.dstack([PICTURE, PICTURE[:, :, :1]])
    made = ops.image_filter("find_edges")(Image(image, "BGRA"))
    assert made.mode == "BGRA"
    assert np.array_equal(made[:, :, 3], image[:, :, 3])
    assert np.array_equal(made[:, :, :3], ops.image_filter("find_edges")(PICTURE))


@given(
    height=st.integers(1, 4),
    width=st.integers(1, 4),
    weights=st.lists(st.integers(-8, 8), min_size=16, max_size=16),
)
def test_a_kernel_gives_what_opencv_gives(height: int, width: int, weights: list[int]) -> None:
    kernel = np.array(weights[: height * width]).reshape(height, width) / 8
    expected = cv2.filter2D(PICTURE, -1, kernel)
    assert np.array_equal(ops.image_filter(kernel=kernel, ddepth=-1)(PICTURE), expected)


def test_a_grey_image_takes_a_kernel_too() -> None:
    grey = np.array([[0, 100, 200]], np.uint8)
    assert ops.image_filter(kernel=[[0.5, 0, 0.5]])(grey).tolist() == [[100, 100, 100]]


def test_an_unknown_filter_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'sharpen'"):
        ops.image_filter("sharpn")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"name": "blur", "kernel": [[1]]},
        {"kernel": [1, 2]},
        {"kernel": [[1], [2, 3]]},
        {"kernel": [[np.nan]]},
        {"name": "median", "size": 4},
        {"name": "blur", "ddepth": 5},
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        ops.image_filter(**arguments)


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(OperatorError, match="a str is no image; decode it first"):
        DataCollection(["a.jpg"]).image_filter("blur").to_list()
