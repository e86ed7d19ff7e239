"""A heatmap's numbers, and what is drawn of them."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

from towhee.errors import UsageError
from towhee.viz import Heatmap
from towhee.viz.heat_colors import heat_colors


def made(values: npt.ArrayLike, **changes: Any) -> Heatmap:
    heat = np.asarray(values, np.float32)
    image = np.full((*heat.shape, 3), (200, 100, 50), np.uint8)
    about = {"seen": (0, 0, heat.shape[1], heat.shape[0]), "method": "Grad-CAM"}
    return Heatmap(heat, image, **{**about, "about": "class 'a'", "score": 1.0, **changes})


def test_a_share_is_a_part_of_all_heat() -> None:
    heat = made([[0.1, 0.2], [0.3, 0.4]])
    assert heat.share((1, 0, 2, 2)) == pytest.approx(0.6)
    assert heat.share((0, 0, 2, 2)) == pytest.approx(1)
    pair = made([[0.1, 0.2], [-0.1, 0.3]], method="similarity shares", score=0.5)
    assert pair.share((0, 0, 1, 2)) == pytest.approx(0)
    assert pair.share((1, 0, 2, 1)) == pytest.approx(0.4)
    assert made([[0, 0]]).share((0, 0, 1, 1)) == 0


@pytest.mark.parametrize("box", [(0, 0, 3, 1), (1, 0, 1, 1), (-1, 0, 1, 1), (0, 1, 1, 0)])
def test_a_box_that_is_not_within_the_image_is_refused(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(UsageError, match="left, top, right and bottom within 2x2 pixels"):
        made([[1, 0], [0, 0]]).share(box)


def test_above_average_is_what_stands_out_of_what_the_model_sees() -> None:
    heat = made([[0, 1, 2, 3, 0]], seen=(1, 0, 4, 1))
    np.testing.assert_allclose(heat.above_average, [[0, 0, 0, 1, 0]])
    heat = made([[1, 2, 4, 5]])
    np.testing.assert_allclose(heat.above_average, [[0, 0, 1 / 3, 2 / 3]], rtol=1e-6)
    assert heat.share_above_average((3, 0, 4, 1)) == pytest.approx(2 / 3)
    assert not made(np.full((3, 5), 0.1)).above_average.any()


def test_an_overlay_mixes_image_and_colour_and_leaves_grey_what_is_not_seen() -> None:
    heat = made([[0, 0.5, 1, 0]], seen=(0, 0, 3, 1))
    drawn = np.asarray(heat.overlay(0.25))
    colours = heat_colors(np.array([0, 0.5, 1]))
    expected = 0.75 * np.array([200, 100, 50]) + 0.25 * colours
    np.testing.assert_allclose(drawn[0, :3], expected, atol=0.51)
    assert len(set(drawn[0, 3].tolist())) == 1
    np.testing.assert_array_equal(np.asarray(heat.overlay(0))[0, :3], heat.image[0, :3])


@pytest.mark.parametrize("alpha", [-0.1, 1.1, "0.5", True])
def test_an_alpha_out_of_range_is_refused(alpha: Any) -> None:
    with pytest.raises(UsageError, match="alpha is a number between 0 and 1"):
        made([[1]]).overlay(alpha)


def test_no_heat_is_drawn_dark() -> None:
    drawn = np.asarray(made([[0, 0]]).overlay(1))
    np.testing.assert_array_equal(drawn, [[[0, 0, 4]] * 2])


@pytest.mark.parametrize("suffix", [".png", ".webp", ".JPG"])
def test_an_overlay_is_saved_as_a_picture(tmp_path: Path, suffix: str) -> None:
    heat = made(np.eye(16) / 16)
    heat.save(tmp_path / f"heat{suffix}")
    with PIL.Image.open(tmp_path / f"heat{suffix}") as read:
        assert read.size == (16, 16)
        if suffix == ".png":
            np.testing.assert_array_equal(np.asarray(read), np.asarray(heat.overlay()))


def test_a_kind_of_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"heat\.txt' is no kind of picture"):
        made([[1]]).save(tmp_path / "heat.txt")


def test_a_notebook_shows_both_images_of_a_pair_and_no_markup_of_a_name() -> None:
    pair = made(np.eye(8), about="<b>", other=made(np.ones((4, 6))))
    page = pair._repr_html_()
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    sizes = [PIL.Image.open(io.BytesIO(base64.b64decode(each))).size for each in pictures]
    assert sizes == [(8, 8), (6, 4)]
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def test_colours_are_those_of_inferno_and_grow_lighter_all_the_way() -> None:
    levels = np.linspace(0, 1, 256)
    drawn = heat_colors(levels)
    lightness = drawn @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()
    colormaps = pytest.importorskip("matplotlib").colormaps
    reference = colormaps["inferno"](levels)[:, :3] * 255
    assert np.abs(drawn - reference).max() < 7
    np.testing.assert_allclose(drawn[::255], reference[::255], atol=1)
