"""The result grid is one page that needs nothing else and survives hostile names."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import PIL.Image

from towhee import Image
from towhee.viz import Neighbour, ResultRow, data_uri, result_grid

RED = PIL.Image.new("RGB", (40, 20), (255, 0, 0))


def test_neighbours_stand_in_order_with_their_scores() -> None:
    found = tuple(Neighbour(RED, f"picture {n}", n / 10) for n in range(5))
    page = result_grid([ResultRow(RED, found, "the query")], title="Results")
    shown = re.findall(r"<figcaption>([^<]*)", page)
    assert shown == ["the query", *(f"picture {n}" for n in range(5))]
    assert re.findall(r'class="score">([^<]*)', page) == [
        "0.000",
        "0.100",
        "0.200",
        "0.300",
        "0.400",
    ]


def test_names_cannot_leave_their_place() -> None:
    hostile = "<script>alert('x')</script>\" onerror=\"alert(1)"
    found = (Neighbour(RED, hostile, 1.0), Neighbour(hostile, hostile, 2.0))
    page = result_grid([ResultRow(hostile, found)], title=hostile)
    assert "<script" not in page
    assert 'onerror="' not in page


def test_the_page_fetches_nothing() -> None:
    page = result_grid([ResultRow(RED, (Neighbour(RED, "a", 0.5),))], title="Results")
    sources = re.findall(r'(?:src|href|url\()="?([^"\s)]+)', page)
    assert sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)


def test_a_thumbnail_shows_the_picture(tmp_path: Path) -> None:
    RED.save(tmp_path / "red.png")
    array = np.full((20, 40, 3), (255, 0, 0), np.uint8)
    for picture in (RED, str(tmp_path / "red.png"), array, Image(array[:, :, ::-1], "BGR")):
        encoded = data_uri(picture, 20).removeprefix("data:image/jpeg;base64,")
        decoded = PIL.Image.open(io.BytesIO(base64.b64decode(encoded)))
        assert decoded.size == (20, 10)
        assert np.abs(np.asarray(decoded, int) - (255, 0, 0)).max() < 6


def test_a_picture_that_cannot_be_read_says_so_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    found = (Neighbour(str(tmp_path / "text.jpg"), "broken", 1.0), Neighbour(RED, "sound", 2.0))
    page = result_grid([ResultRow("/no/such/file.jpg", found)], title="Results")
    assert page.count("cannot be shown") == 2
    assert page.count("data:image/jpeg") == 1
