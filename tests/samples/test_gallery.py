"""The sample pictures may be passed on, can be opened, and are as many as the demo needs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import PIL.Image

import towhee

SAMPLES = Path(towhee.__file__).parent / "samples"
GALLERY = sorted((SAMPLES / "gallery").iterdir())
QUERIES = sorted((SAMPLES / "queries").iterdir())


def test_there_are_enough_pictures_in_little_space() -> None:
    assert len(GALLERY) >= 40
    assert len(QUERIES) >= 8
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 3 * 2**20


def test_every_picture_has_an_origin_and_rights_that_allow_it() -> None:
    rows = {}
    for line in (SAMPLES / "ORIGINS.md").read_text().splitlines():
        if line.startswith("| `"):
            file, origin, rights, _ = (cell.strip() for cell in line.strip("|").split(" | "))
            rows[file.strip("`")] = (origin, rights)
    assert set(rows) == {str(path.relative_to(SAMPLES)) for path in [*GALLERY, *QUERIES]}
    allowed = ("CC0", "public domain", "no known copyright restrictions", "CC BY 2.0, by ")
    assert [file for file, (_, rights) in rows.items() if not rights.startswith(allowed)] == []


def test_every_picture_decodes_and_none_stands_twice() -> None:
    digests = set()
    for path in [*GALLERY, *QUERIES]:
        with PIL.Image.open(path) as image:
            digests.add(hashlib.sha256(image.convert("RGB").tobytes()).digest())
    assert len(digests) == len(GALLERY) + len(QUERIES)


def test_every_query_says_what_it_should_find() -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text())
    assert set(expected) == {path.name for path in QUERIES}
    assert set(expected.values()) <= {path.name for path in GALLERY}
