"""The sample pictures may be passed on, can be opened, and are what the demo needs."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import towhee

SAMPLES = Path(towhee.__file__).parent / "samples"
GALLERY = sorted((SAMPLES / "gallery").iterdir())
QUERIES = sorted((SAMPLES / "queries").iterdir())
EXPECTED: dict[str, str] = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
LICENCES = {"CC0 1.0", "CC BY 2.0", "CC BY 4.0", "public domain"}


def stated() -> dict[str, list[str]]:
    """The rows of ``ORIGINS.md``: a file's path, and what is said about it."""
    text = (SAMPLES / "ORIGINS.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    files = [row[0].strip("` ") for row in rows]
    assert len(set(files)) == len(files), "a file is listed twice"
    return {file: row[1:] for file, row in zip(files, rows, strict=True)}


def thumbnail(path: Path) -> np.ndarray:
    """The picture as ``(32, 32, 3) int16``."""
    with PIL.Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((32, 32)), np.int16)


def test_there_are_enough_pictures_in_little_space() -> None:
    assert len(GALLERY) >= 40
    assert len(QUERIES) >= 8
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 3_000_000


def test_every_picture_and_no_other_is_listed_with_its_origin() -> None:
    files = {path.relative_to(SAMPLES).as_posix() for path in [*GALLERY, *QUERIES]}
    assert set(stated()) == files
    assert [file for file, cells in stated().items() if not all(cells)] == []


def test_every_licence_allows_passing_on_and_its_text_is_linked() -> None:
    text = (SAMPLES / "ORIGINS.md").read_text(encoding="utf-8")
    licences = {file: cells[1] for file, cells in stated().items()}
    assert {file: name for file, name in licences.items() if name not in LICENCES} == {}
    assert [
        name for name in licences.values() if f"- {name}: <https://creativecommons.org" not in text
    ] == []


def test_a_licence_that_asks_for_the_author_comes_with_one() -> None:
    unnamed = [
        file
        for file, (author, licence, *_) in stated().items()
        if licence.startswith("CC BY") and author == "not stated"
    ]
    assert unnamed == []


@pytest.mark.parametrize("path", [*GALLERY, *QUERIES], ids=lambda path: path.name)
def test_a_picture_decodes_whole_in_its_size_and_carries_nothing_else(path: Path) -> None:
    with PIL.Image.open(path) as image:
        image.load()
        assert image.mode == "RGB"
        assert 300 <= max(image.size) <= 400
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)


def test_no_picture_of_the_gallery_stands_twice() -> None:
    thumbnails = {path.name: thumbnail(path) for path in GALLERY}
    alike = [
        (one, other)
        for one, other in itertools.combinations(thumbnails, 2)
        if np.abs(thumbnails[one] - thumbnails[other]).mean() < 8
    ]
    assert alike == []


def test_every_query_says_what_it_should_find_and_is_named_after_it() -> None:
    assert set(EXPECTED) == {path.name for path in QUERIES}
    assert set(EXPECTED.values()) <= {path.name for path in GALLERY}
    for query, found in EXPECTED.items():
        assert query.startswith(found.removesuffix(".jpg") + "_")


def test_no_query_is_just_a_copy() -> None:
    pixels = {path.name: PIL.Image.open(path).convert("RGB").tobytes() for path in GALLERY}
    for query, found in EXPECTED.items():
        with PIL.Image.open(SAMPLES / "queries" / query) as image:
            assert image.convert("RGB").tobytes() != pixels[found]
