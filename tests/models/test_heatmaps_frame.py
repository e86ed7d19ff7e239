"""A grid lies on the pixels that the network made it from, whatever the preparation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee.models.heatmaps.frame import on_pixels
from towhee.models.preprocess import Preprocess
from towhee.types import Image

PREPARATIONS: list[dict[str, Any]] = [
    {},
    {"crop_pct": 1.0},
    {"crop_mode": "squash"},
    {"crop_mode": "border", "crop_pct": 1.0},
    {"crop_mode": "border"},
    {"crop_offset": "floor"},
    {"crop_pct": 1.3},  # the image is smaller than the crop, which is filled up
    {"crop_pct": 1.3, "crop_offset": "floor"},
    {"input_size": (3, 48, 96)},
]


@pytest.mark.parametrize("stated", PREPARATIONS)
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (251, 250), (64, 64), (400, 90)])
def test_what_the_model_sees_is_where_its_pixels_come_from(
    stated: dict[str, Any], size: tuple[int, int]
) -> None:
    width, height = size
    prepare = Preprocess(**{"input_size": (3, 64, 64), "interpolation": "bilinear", **stated})
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(20, 250, width)  # says across, green says down
    pixels[..., 1] = np.linspace(20, 250, height)[:, None]
    left, top, right, bottom = prepare.seen(size)
    given = prepare.pixels(Image(pixels)).astype(float)
    is_image = given.min(2, where=[True, True, False], initial=255) >= 20
    if stated.get("crop_mode") == "border":
        is_image &= given[..., 2] < 30  # the border is of the mean's colour
    rows, columns = np.nonzero(is_image)
    across = left + (columns + 0.5) * (right - left) / given.shape[1]
    down = top + (rows + 0.5) * (bottom - top) / given.shape[0]
    inner = (across > 12) & (across < width - 12) & (down > 12) & (down < height - 12)
    assert inner.mean() > 0.3
    of_red = (given[rows, columns, 0] - 20) / 230 * (width - 1) + 0.5
    of_green = (given[rows, columns, 1] - 20) / 230 * (height - 1) + 0.5
    # A level of 230 stands for so many pixels, and is rounded; a crop begins at a whole pixel.
    np.testing.assert_allclose(of_red[inner], across[inner], atol=0.5 + width / 230)
    np.testing.assert_allclose(of_green[inner], down[inner], atol=0.5 + height / 230)


def test_the_part_that_the_model_sees_is_exact_where_sizes_divide() -> None:
    prepare = Preprocess(input_size=(3, 224, 224), crop_pct=0.875)
    assert prepare.seen((512, 256)) == (144, 16, 368, 240)
    squashed = Preprocess(input_size=(3, 224, 224), crop_pct=0.875, crop_mode="squash")
    assert squashed.seen((512, 256)) == (32, 16, 480, 240)
    bordered = Preprocess(input_size=(3, 224, 224), crop_pct=1.0, crop_mode="border")
    assert bordered.seen((448, 224)) == (0, -112, 448, 336)


@given(
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
    width=st.integers(1, 80),
    height=st.integers(1, 80),
    margins=st.tuples(*[st.floats(0, 0.4)] * 4),
)
def test_heat_is_spread_and_none_is_lost_or_made(
    rows: int, columns: int, width: int, height: int, margins: tuple[float, ...]
) -> None:
    grid = np.random.default_rng(rows * 10 + columns).normal(size=(rows, columns))
    box = (margins[0] * width, margins[1] * height, (1 - margins[2]) * width, height)
    spread = on_pixels(grid, box, (width, height))
    assert spread.shape == (height, width)
    assert np.isclose(spread.sum(), grid.sum(), rtol=1e-9, atol=1e-9)
    assert np.abs(spread).sum() <= np.abs(grid).sum() * (1 + 1e-9)


@pytest.mark.parametrize("place", [(0, 0), (3, 6), (2, 1)])
def test_the_heat_of_a_place_lies_around_the_middle_of_its_cell(place: tuple[int, int]) -> None:
    grid = np.zeros((4, 7))
    grid[place] = 1
    spread = on_pixels(grid, (50, 20, 190, 100), (300, 200))
    down, across = np.nonzero(spread == spread.max())
    cell_left, cell_top = 50 + 20 * place[1], 20 + 20 * place[0]
    assert set(across) <= set(range(cell_left, cell_left + 20))
    assert set(down) <= set(range(cell_top, cell_top + 20))
    inside = spread[20:100, 50:190]
    assert inside.sum() == pytest.approx(1)  # and nothing beyond the box


def test_an_even_grid_gives_even_heat() -> None:
    spread = on_pixels(np.ones((7, 7)), (0, 0, 210, 140), (210, 140))
    np.testing.assert_allclose(spread, 49 / (210 * 140), rtol=1e-9)


def test_what_a_border_has_is_left_out() -> None:
    grid = np.array([[1.0], [2.0], [1.0]])
    spread = on_pixels(grid, (0, -10, 10, 20), (10, 10))
    nearest = on_pixels(grid, (0, 0, 10, 30), (10, 30))[10:20]
    np.testing.assert_allclose(spread, nearest)
    assert 0 < spread.sum() < 4
