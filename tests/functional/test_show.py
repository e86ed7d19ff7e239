"""``show`` and ``plot_img`` are HTML in a notebook and text elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from towhee import DataCollection, dc
from towhee.errors import UsageError

PICTURE = re.compile(r'<img src="data:image/jpeg;base64,[A-Za-z0-9+/=]+"')


def rows() -> DataCollection:
    return dc["id", "name"]([(n, f"<{n}>") for n in range(9)])


def test_a_table_shows_the_first_rows_under_their_columns() -> None:
    text = str(rows().show(limit=2))
    assert text.splitlines() == ["id  name", "0   '<0>'", "1   '<1>'"]


def test_a_notebook_gets_html_in_which_values_are_escaped() -> None:
    page = rows().show(limit=1)._repr_html_()
    assert "<th>id</th><th>name</th>" in page
    assert "<td>0</td><td>&#x27;&lt;0&gt;&#x27;</td>" in page


def test_all_rows_are_shown_if_the_limit_is_not_positive() -> None:
    assert len(str(rows().show(limit=0)).splitlines()) == 10


def test_head_and_show_chain() -> None:
    assert str(DataCollection.range(9).head(2).show()).splitlines() == ["value", "0", "1"]


def test_a_header_gives_columns_other_names() -> None:
    assert str(rows().show(1, header=["no", "what"])).splitlines()[0] == "no  what"
    with pytest.raises(UsageError, match="the header has 1 names for 2 columns"):
        rows().show(header=["no"])


def test_a_grid_has_lines_between_its_columns() -> None:
    assert str(rows().show(1, tablefmt="grid")).splitlines()[0] == "id | name"
    with pytest.raises(UsageError, match="tablefmt is one of html, plain, grid"):
        rows().show(tablefmt="latex")


def test_no_rows_are_an_empty_table() -> None:
    assert str(DataCollection([]).show()) == ""


def test_rows_of_different_columns_share_a_table() -> None:
    ragged = DataCollection([{"a": 1}, {"b": 2}]).as_entity()
    assert str(ragged.show()).splitlines() == ["a   b", "1   ''", "''  2"]


@pytest.fixture
def picture(tmp_path: Path) -> str:
    PIL.Image.new("RGB", (8, 8), "red").save(tmp_path / "red.png")
    return str(tmp_path / "red.png")


@pytest.mark.parametrize("kind", ["path", "array"])
def test_a_column_is_shown_as_pictures(picture: str, kind: str) -> None:
    value: Any = picture if kind == "path" else np.zeros((4, 4, 3), np.uint8)
    page = dc["img"]([value]).show(formatter={"img": "image"})._repr_html_()
    assert PICTURE.search(page)


def test_a_formatter_may_be_a_function_and_go_by_the_header() -> None:
    page = rows().show(1, header=["no", "what"], formatter={"no": lambda n: f"<b>{n}</b>"})
    assert "<td><b>0</b></td>" in page._repr_html_()


def test_pictures_are_shown_as_a_grid_under_a_title(picture: str) -> None:
    page = DataCollection([picture] * 3).plot_img(title="Reds & more", cols=2)
    assert len(PICTURE.findall(page._repr_html_())) == 3
    assert "<h3>Reds &amp; more</h3>" in page._repr_html_()
    assert "repeat(2," in page._repr_html_()
    assert str(page) == "3 images"
