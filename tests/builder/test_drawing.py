"""The drawing of a pipe."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from towhee import CallablePipe, pipe

SVG = "{http://www.w3.org/2000/svg}"


def branched() -> CallablePipe:
    start = pipe.input("text")
    words = start.flat_map("text", "word", str.split)
    loud = start.map("text", "loud", str.upper)
    joined = start.concat(words, loud).map(("word", "loud"), "less", lambda one, other: one < other)
    return joined.map("less", (), print).output("less", "loud")


def test_every_node_stands_below_those_that_it_reads() -> None:
    root = ElementTree.fromstring(branched().dag_repr.svg)
    boxes = root.findall(f"{SVG}rect")
    texts = [each.text for each in root.findall(f"{SVG}text") if each.get("class") is None]
    nodes = ["flat_map(str.split)", "map(str.upper)", "map(<lambda>)", "map(print)"]
    assert texts == ["input", *nodes, "output"]
    tops = dict(zip(texts, (float(box.get("y", "")) for box in boxes), strict=True))
    assert (
        tops["input"]
        < tops["flat_map(str.split)"]
        == tops["map(str.upper)"]
        < tops["map(<lambda>)"]
    )
    assert tops["map(<lambda>)"] < tops["map(print)"] < tops["output"]
    kinds = dict(zip(texts, (box.get("class") for box in boxes), strict=True))
    assert (kinds["flat_map(str.split)"], kinds["map(str.upper)"]) == ("many", "one")


def test_boxes_do_not_overlap_and_lie_within_the_drawing() -> None:
    root = ElementTree.fromstring(branched().dag_repr.svg)
    spans = [
        (float(b.get("y", "")), float(b.get("x", "")), float(b.get("width", "")))
        for b in root.findall(f"{SVG}rect")
    ]
    for y, x, width in spans:
        assert x >= 0
        assert x + width <= float(root.get("width", "")) + 1
        beside = [other for other in spans if other[0] == y and other[1] > x]
        assert all(x + width < other[1] for other in beside)


def test_columns_stand_on_the_lines() -> None:
    svg = branched().dag_repr.svg
    names = re.findall(r'class="name"[^>]*>([^<]*)<', svg)
    assert names == ["text", "text", "word", "loud", "less", "less", "loud"]


def test_it_can_be_read_as_text_and_shows_itself_in_a_notebook() -> None:
    drawing = branched().dag_repr
    assert "map(<lambda>): word, loud -> less" in str(drawing)
    assert "map(print): less -> nothing" in str(drawing)
    assert drawing._repr_svg_() == drawing.svg
    assert "&lt;lambda&gt;" in drawing.svg
