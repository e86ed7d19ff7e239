"""``towhee demo``: the samples are found, and the page shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def test_every_query_finds_its_picture_first(towhee_json: Any, tmp_path: Path) -> None:
    told = towhee_json("demo", "--out", tmp_path / "demo.html")
    assert len(told["queries"]) >= 10
    assert told["found_first"] == len(told["queries"])
    for answer in told["queries"]:
        distances = [near["distance"] for near in answer["neighbours"]]
        assert len(distances) == 5
        assert distances == sorted(distances)
        assert answer["neighbours"][0]["name"] == answer["expected"]
    assert told["html"] == str(tmp_path / "demo.html")


def test_the_page_holds_query_and_neighbours(
    towhee: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = towhee("demo")
    assert done.exit_code == 0, done.stderr
    queries = done.stdout.splitlines()[1:-3]
    text = (tmp_path / "demo.html").read_text(encoding="utf-8")
    assert text.count("data:image/jpeg;base64,") == 6 * len(queries)
    assert f"{len(queries)} of {len(queries)} queries found their picture first" in done.stdout
    assert str(tmp_path / "demo.html") in done.stdout


def test_the_sample_pictures_are_written_as_the_documents_name_them(
    towhee: Any, tmp_path: Path
) -> None:
    assert towhee("demo", "--samples", tmp_path).exit_code == 0
    assert (tmp_path / "images/cat.jpg").is_file()
    assert (tmp_path / "queries/cat_cropped.jpg").is_file()
    assert (tmp_path / "towhee.jpg").is_file()
