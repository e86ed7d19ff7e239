"""The result grid is one page that needs nothing else and survives hostile names."""

from __future__ import annotations

import base64
import html
import io
import os
import random
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from towhee import Image
from towhee.errors import UsageError
from towhee.viz import Neighbour, ResultRow, result_grid

RED = PIL.Image.new("RGB", (40, 20), (255, 0, 0))
HOSTILE = "<script>alert('x')</script>\" onerror=\"alert(1)\" x='&amp;.jpg"


class Reader(HTMLParser):
    """What a browser finds in a page: elements with attributes, and the text of captions."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.captions: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"wbr", "img", "meta"}:
            self._open.append(tag)
        if tag == "bdi":
            self.captions.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "bdi":
            self.captions[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such element, in order."""
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(query: Any, *neighbours: Neighbour, caption: str = "", **options: Any) -> str:
    return result_grid([ResultRow(query, neighbours, caption)], title="Results", **options)


def shown(page: str) -> list[np.ndarray]:
    """The pixels of the pictures in the page, in order, each ``(h, w, 3) int16``."""
    sources = [str(image["src"]) for image in Reader(page).all("img")]
    encoded = [source.removeprefix("data:image/jpeg;base64,") for source in sources]
    pictures = [PIL.Image.open(io.BytesIO(base64.b64decode(text))) for text in encoded]
    assert all(picture.format == "JPEG" for picture in pictures)
    return [np.asarray(picture, np.int16) for picture in pictures]


def test_rows_and_neighbours_stand_in_the_order_given() -> None:
    rows = [
        ResultRow(RED, tuple(Neighbour(RED, f"{row}.{n}", n) for n in (3, 1, 2)), f"query {row}")
        for row in ("b", "a")
    ]
    reader = Reader(result_grid(rows, title="Results"))
    assert reader.captions == ["query b", "b.3", "b.1", "b.2", "query a", "a.3", "a.1", "a.2"]
    assert len(reader.all("section")) == 2
    assert len(reader.all("li")) == 6


def test_each_neighbour_bears_its_own_score() -> None:
    found = [Neighbour(RED, "a", 0.12345), Neighbour(RED, "b", -0.0001), Neighbour(RED, "c", 12)]
    page = page_of(RED, *found)
    assert re.findall(r"<data[^>]*>([^<]*)", page) == ["0.123", "0.000", "12.000"]
    assert [float(str(data["value"])) for data in Reader(page).all("data")] == [
        0.12345,
        -0.0001,
        12.0,
    ]


def test_the_pictures_in_the_page_are_the_pictures_given_in_their_colours(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)
    pixels = noise.repeat(20, axis=0).repeat(20, axis=1)
    picture = PIL.Image.fromarray(pixels)
    picture.save(tmp_path / "a.png")
    forms = (tmp_path / "a.png", str(tmp_path / "a.png"), picture, pixels)
    bgr = Image(np.ascontiguousarray(pixels[:, :, ::-1]), "BGR")
    page = page_of(bgr, *(Neighbour(form, "a", 0.0) for form in forms), thumbnail=60)
    assert len(shown(page)) == 5
    for found in shown(page):
        assert found.shape == (80, 120, 3)
        centres = found[10::20, 10::20]
        assert np.abs(centres - noise).max() < 16


def test_different_neighbours_keep_their_own_pictures() -> None:
    colours = [(250, 10, 10), (10, 250, 10), (10, 10, 250)]
    found = [
        Neighbour(PIL.Image.new("RGB", (9, 9), colour), str(colour), 0.0) for colour in colours
    ]
    for pixels, colour in zip(shown(page_of(RED, *found))[1:], colours, strict=True):
        assert np.abs(pixels - colour).max() < 8


def test_a_large_picture_is_made_small_and_keeps_its_shape() -> None:
    (pixels,) = shown(page_of(PIL.Image.new("RGB", (1600, 400)), thumbnail=100))
    assert pixels.shape == (50, 200, 3)


def test_a_camera_s_note_of_its_position_is_followed(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (64, 32)).save(tmp_path / "turned.jpg", exif=exif)
    (pixels,) = shown(page_of(tmp_path / "turned.jpg"))
    assert pixels.shape == (64, 32, 3)


def test_what_is_transparent_is_white_and_sixteen_bits_keep_their_greys() -> None:
    clear = PIL.Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    grey = PIL.Image.fromarray(np.full((8, 8), 0x8000, np.uint16))
    white, middle = shown(page_of(clear, Neighbour(grey, "grey", 0.0)))
    assert white.min() > 250
    assert np.abs(middle - 128).max() < 4


def test_names_cannot_leave_their_place() -> None:
    row = ResultRow(HOSTILE, (Neighbour(RED, HOSTILE, 1.0), Neighbour(HOSTILE, HOSTILE, 2.0)))
    page = result_grid([row], title=HOSTILE, subtitle=HOSTILE)
    reader = Reader(page)
    assert {tag for tag, _ in reader.elements}.isdisjoint({"script", "a", "link", "iframe"})
    assert [name for _, a in reader.elements for name in a if name.startswith("on")] == []
    assert reader.captions[1:] == [HOSTILE, HOSTILE]
    assert reader.all("img")[0]["alt"] == HOSTILE
    assert f"<h1>{html.escape(HOSTILE)}</h1>" in page


@pytest.mark.parametrize("name", ["a\udcff.jpg", "a\0b.jpg", "a\x1b[31m.jpg", "a\nb.jpg"])
def test_a_name_that_no_page_may_hold_gets_a_sign_in_its_place(name: str) -> None:
    page = page_of(RED, Neighbour(name, name, 1.0), caption=name)
    page.encode("utf-8")
    assert "\N{REPLACEMENT CHARACTER}" in Reader(page).captions[0]
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", page)


def test_a_long_name_may_break_between_its_parts_and_reads_as_before() -> None:
    page = page_of(RED, Neighbour(RED, "summer/coffee_cup-2.jpg", 1.0))
    assert "summer/<wbr>coffee_<wbr>cup-<wbr>2<wbr>.jpg" in page
    assert Reader(page).captions[1] == "summer/coffee_cup-2.jpg"


def test_the_page_asks_for_nothing_from_outside() -> None:
    page = page_of(RED, Neighbour("http://example.org/a.jpg", "a", 0.5), Neighbour(RED, "b", 1))
    reader = Reader(page)
    loaded = [
        value
        for _, attributes in reader.elements
        for name, value in attributes.items()
        if name in {"src", "srcset", "href", "data", "action", "background", "poster"}
    ]
    assert len(loaded) == 2
    assert all(str(value).startswith("data:image/jpeg;base64,") for value in loaded)
    assert not re.search(r"url\(|@import|//", re.sub(r"base64,[^\"]*", "", page))
    policy = [a["content"] for a in reader.all("meta") if a.get("http-equiv")]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_a_picture_that_cannot_be_read_says_so_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    found = (Neighbour(tmp_path / "text.jpg", "broken", 1.0), Neighbour(RED, "sound", 2.0))
    page = page_of(tmp_path / "absent.jpg", *found)
    assert re.findall(r"<strong>([^<]*)</strong><span>([^<]*)", page) == [
        ("Cannot be shown", os.strerror(2)),
        ("Cannot be shown", "this is no picture"),
    ]
    assert Reader(page).captions == ["absent.jpg", "broken", "sound"]
    assert len(shown(page)) == 1
    assert str(tmp_path) not in page


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 7), np.uint8),
        np.zeros((4, 4, 3)),
        None,
        5,
        "",
    ],
    ids=["empty", "seven channels", "float", "None", "a number", "an empty name"],
)
def test_a_value_that_is_no_picture_is_shown_as_such(picture: Any) -> None:
    assert "Cannot be shown" in page_of(picture)


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it finds in damaged files
@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "ICO"])
def test_no_damage_to_a_file_breaks_the_page(form: str, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    PIL.Image.effect_noise((32, 24), 60).convert("RGB").save(buffer, form)
    chance = random.Random(form)
    for _ in range(60):
        damaged = bytearray(buffer.getvalue())
        for _ in range(chance.choice([1, 4])):
            damaged[chance.randrange(min(len(damaged), 300))] = chance.randrange(256)
        (tmp_path / "a").write_bytes(damaged[: chance.randrange(1, 2 * len(damaged))])
        page = page_of(tmp_path / "a")
        assert ("Cannot be shown" in page) != ("data:image/jpeg" in page)


def test_every_picture_is_described_to_who_cannot_see_it() -> None:
    reader = Reader(page_of(RED, Neighbour(RED, "a cat", 0.5), Neighbour("absent", "a dog", 1.0)))
    assert [image["alt"] for image in reader.all("img")] == ["Query: query 1", "a cat"]
    boxes = [div["aria-label"] for div in reader.all("div") if div.get("role") == "img"]
    assert boxes == [f"a dog (cannot be shown: {os.strerror(2)})"]
    (section,) = reader.all("section")
    assert [h2["id"] for h2 in reader.all("h2")] == [section["aria-labelledby"]]
    assert reader.all("html") == [{"lang": "en"}]


def test_no_results_are_said_in_words() -> None:
    assert "There are no results to show." in result_grid([], title="Results")
    assert "It found nothing." in page_of(RED)


def test_a_wrong_call_is_refused_with_the_value() -> None:
    with pytest.raises(UsageError, match="1 or more pixels, not 0"):
        result_grid([], title="Results", thumbnail=0)
    with pytest.raises(UsageError, match="tuple of Neighbour, not a list"):
        ResultRow(RED, [])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"neighbours\[1\] is a str"):
        ResultRow(RED, (Neighbour(RED, "a", 0.0), "b"))  # type: ignore[arg-type]
