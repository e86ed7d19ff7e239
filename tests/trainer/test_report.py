"""The report shows the figures where they are, finds wrong labels, and survives hostile names."""

from __future__ import annotations

import base64
import io
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import sklearn.decomposition
import sklearn.linear_model
from hypothesis import given, settings
from hypothesis import strategies as st

from cifar_features import cifar_features, cifar_images
from towhee.errors import DataError, MissingExtraError, UnknownNameError, UsageError
from towhee.trainer import metrics
from towhee.trainer.metrics.neighbours import directions
from towhee.trainer.report import (
    EmbeddingMap,
    Example,
    Neighbours,
    ReportData,
    Suspect,
    embedding_map,
    hardest,
    held_out_probabilities,
    report_page,
    suspects,
    with_embeddings,
    write_report,
)
from towhee.trainer.report.embedding_map import principal_plane
from towhee.trainer.report.mislabelled import confident_classes
from towhee.trainer.report.scale import Scale, scale_over

HOSTILE = "<script>alert('x')</script>\" onload=\"alert(1)\" x='&amp;"
RED = PIL.Image.new("RGB", (40, 20), (255, 0, 0))
VOID = {"meta", "img", "wbr", "br"}


class Element:
    """An element of a page with what is in it."""

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag, self.attributes = tag, attributes
        self.contents: list[Element | str] = []

    @property
    def children(self) -> list[Element]:
        return [each for each in self.contents if isinstance(each, Element)]

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.contents)

    def all(self, tag: str, kind: str | None = None) -> list[Element]:
        """All below it of that tag, and of that class if one is given, in order."""
        found = []
        for child in self.children:
            classes = (child.attributes.get("class") or "").split()
            if child.tag == tag and (kind is None or kind in classes):
                found.append(child)
            found.extend(child.all(tag, kind))
        return found

    def number(self, name: str) -> float:
        return float(self.attributes[name] or "nan")


class Reader(HTMLParser):
    """What a browser makes of a page; refuses tags that are not closed in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(page)
        self.close()
        assert len(self._open) == 1, [element.tag for element in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self._open[-1].contents.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].contents.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].contents.append(data)


def read(data: ReportData) -> Element:
    return Reader(report_page(data)).root


def section(page: Element, name: str) -> Element:
    return next(part for part in page.all("section") if part.attributes["id"] == name.lower())


def table_of(part: Element, place: int = 0) -> list[list[str]]:
    """The cells of a table, its headings first."""
    rows = part.all("table")[place].all("tr")
    return [[cell.text for cell in row.children] for row in rows]


def fitted(values: list[float], pixels: list[float]) -> tuple[float, float]:
    """Slope and offset of an axis, of its ticks."""
    slope, offset = np.polyfit(pixels, values, 1)
    return float(slope), float(offset)


def read_off(chart: Element) -> list[tuple[float, float]]:
    """The points of a chart, in the figures of its axes' own ticks."""
    levels = [
        (float(tick.text), tick.all("line")[0].number("y1")) for tick in chart.all("g", "level")
    ]
    places = [
        (float(tick.text), tick.all("line")[0].number("x1")) for tick in chart.all("g", "place")
    ]
    up = fitted([value for value, _ in levels], [pixel for _, pixel in levels])
    across = fitted([value for value, _ in places], [pixel for _, pixel in places])
    return [
        (across[0] * dot.number("cx") + across[1], up[0] * dot.number("cy") + up[1])
        for dot in chart.all("circle")
    ]


def chart_named(page: Element, title: str) -> Element:
    figures = page.all("figure", "chart")
    return next(each for each in figures if each.all("figcaption")[0].text.startswith(title))


def full_data() -> ReportData:
    """A report with everything in it."""
    random = np.random.default_rng(0)
    labels = np.arange(30) % 3
    example = Example("a cat", RED, "0.9", is_right=True)
    return ReportData(
        title="Pets",
        subtitle="MobileNet, 30 images",
        metric="knn",
        baseline={"knn": 0.5, "recall@1": 0.4},
        metrics={"knn": 0.75, "recall@1": 0.38},
        warnings=("The classes are unbalanced.",),
        config={"lr": 0.01, "loss": None, "epoch_num": 3},
        reasons={"lr": "found by the finder"},
        history=[
            {"epoch": 1, "loss": 2.0, "eval_loss": 1.9, "lr": 0.01, "knn": 0.55},
            {"epoch": 2, "loss": 1.2, "eval_loss": 1.4, "lr": 0.005, "knn": 0.71},
            {"epoch": 3, "loss": 0.8, "eval_loss": 1.5, "lr": 0.001, "knn": 0.75},
        ],
        classes=("cat", "dog", "owl"),
        confusion=np.array([[8, 2, 0], [1, 9, 0], [0, 4, 6]]),
        recall_before={1: 0.4, 5: 0.7},
        recall_after={1: 0.38, 5: 0.8},
        neighbours=(Neighbours(example, (example, Example("a dog", RED, is_right=False)), ()),),
        hardest=(Example("a hard owl", RED),),
        mislabelled=(Example("dog: a cat?", RED, "margin -0.8"),),
        maps=(embedding_map(random.normal(size=(30, 4)), labels, title="After"),),
        heatmaps=(Example("what it looks at", RED),),
    )


def test_every_section_is_there_and_reached_by_a_link() -> None:
    page = read(full_data())
    names = [part.attributes["id"] for part in page.all("section")]
    assert names == [
        "result", "course", "confusion", "recall", "neighbours", "map", "mislabelled", "hardest",
        "heatmaps", "settings",
    ]  # fmt: skip
    assert [link.attributes["href"] for link in page.all("a")] == [f"#{name}" for name in names]
    assert page.all("ul", "warnings")[0].text == "The classes are unbalanced."


def test_what_is_not_there_is_left_out() -> None:
    page = read(ReportData("Nothing"))
    assert page.all("section") == []
    assert page.all("h1")[0].text == "Nothing"


def test_the_points_of_the_curves_are_where_the_figures_say() -> None:
    data = full_data()
    page = read(data)
    losses = [(row["epoch"], row[name]) for name in ("loss", "eval_loss") for row in data.history]
    assert read_off(chart_named(page, "Loss")) == [
        (pytest.approx(x, abs=0.01), pytest.approx(y, abs=0.005)) for x, y in losses
    ]
    knn = chart_named(page, "knn")
    assert [y for _, y in read_off(knn)] == pytest.approx([0.55, 0.71, 0.75], abs=0.001)
    assert [dot.all("title")[0].text for dot in knn.all("circle")][1] == "knn, epoch 2: 0.71"


def test_the_line_across_is_at_the_baseline() -> None:
    knn = chart_named(read(full_data()), "knn")
    line = next(each for each in knn.all("line", "base"))
    levels = {float(tick.text): tick.all("line")[0].number("y1") for tick in knn.all("g", "level")}
    assert line.number("y1") == pytest.approx(levels[0.5], abs=0.01)
    assert "untouched model, 0.5" in knn.text


@settings(deadline=None)  # on a machine that others use
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30))
def test_any_curve_lies_inside_its_drawing_and_has_ticks(values: list[float]) -> None:
    data = ReportData("x", history=[{"epoch": n, "loss": v} for n, v in enumerate(values, 1)])
    chart = chart_named(read(data), "Loss")
    dots = chart.all("circle")
    assert len(dots) == len(values)
    assert all(0 <= dot.number("cx") <= 420 and 0 <= dot.number("cy") <= 240 for dot in dots)
    assert 1 <= len(chart.all("g", "level")) <= 12


def test_figures_that_are_none_or_not_finite_leave_a_gap() -> None:
    losses = [2.0, float("nan"), 1.0, None, 0.5, float("inf")]
    history = [{"epoch": n, "loss": value} for n, value in enumerate(losses, 1)]
    chart = chart_named(read(ReportData("x", history=history)), "Loss")
    assert [round(x) for x, _ in read_off(chart)] == [1, 3, 5]
    assert (chart.all("path", "line")[0].attributes["d"] or "").count("M") == 2


def test_rows_within_an_epoch_are_placed_by_their_step() -> None:
    history = [{"epoch": 1 + n // 2, "step": 50 * n, "loss": 1.0 / n} for n in (1, 2, 3, 4)]
    chart = chart_named(read(ReportData("x", history=history)), "Loss")
    assert [round(x) for x, _ in read_off(chart)] == [50, 100, 150, 200]


def test_tables_hold_the_figures() -> None:
    page = read(full_data())
    assert table_of(section(page, "Result")) == [
        ["measure", "untouched model", "trained model", "change"],
        ["knn", "0.5", "0.75", "+0.2500"],
        ["recall@1", "0.4", "0.38", "-0.0200"],
    ]
    assert table_of(section(page, "Recall"))[2] == ["recall@5", "0.7", "0.8", "+0.1000"]
    assert table_of(section(page, "Course"))[3] == ["3", "0.8", "1.5", "0.001", "0.75"]
    assert table_of(section(page, "Settings"))[1:] == [
        ["lr", "0.01", "found by the finder"],
        ["loss", "not set", ""],
        ["epoch_num", "3", ""],
    ]


@pytest.mark.parametrize(
    ("larger_is_better", "after", "said"),
    [(True, 0.6, "better"), (True, 0.5, "no better"), (False, 0.6, "no better")],
)
def test_the_verdict_says_whether_training_helped(
    larger_is_better: bool, after: float, said: str
) -> None:
    data = ReportData("x", "", "m", larger_is_better, baseline={"m": 0.5}, metrics={"m": after})
    verdict = section(read(data), "Result").all("p", "verdict")[0]
    assert f"the trained model is {said} than the untouched one" in verdict.text


def test_the_confusion_matrix_and_its_tables_hold_the_counts() -> None:
    part = section(read(full_data()), "Confusion")
    cells = [cell for cell in part.all("g") if cell.all("rect")]
    assert cells[1].all("title")[0].text == "cat taken for dog: 2 of 10"
    assert [cell.all("text")[0].text if cell.all("text") else "" for cell in cells] == [
        "8", "2", "", "1", "9", "", "", "4", "6",
    ]  # fmt: skip
    kinds = [cell.all("rect")[0].attributes["class"] for cell in cells]
    assert kinds == ["right", "wrong", "none", "wrong", "right", "none", "none", "wrong", "right"]
    assert table_of(part)[1:] == [
        ["owl", "dog", "4", "10"], ["cat", "dog", "2", "10"], ["dog", "cat", "1", "10"],
    ]  # fmt: skip
    assert table_of(part, 1)[2] == ["dog", "0.6", "0.9", "0.72", "10"]


def test_of_very_many_classes_those_with_mistakes_are_drawn() -> None:
    counts = np.diag(np.full(200, 5))
    counts[150, 7] = 9
    data = ReportData("x", classes=tuple(f"class {n}" for n in range(200)), confusion=counts)
    part = section(read(data), "Confusion")
    assert len(part.all("rect")) == 30 * 30
    assert "class 150 taken for class 7: 9 of 14" in part.text
    assert len(table_of(part, 1)) == 201


def test_the_points_of_the_map_are_where_the_embeddings_are() -> None:
    points = np.array([[0.0, 0.0], [4.0, 0.0], [2.0, 1.0]])
    shown = EmbeddingMap("Before", points, np.array([0, 1, -1]), "by hand", ("a", "b", "c"))
    part = section(read(ReportData("x", classes=("cat", "dog"), maps=(shown,))), "Map")
    marks = part.all("path", "point")
    drawn = np.array([
        [float(number) for number in re.findall(r"[-\d.]+", mark.attributes["transform"] or "")]
        for mark in marks
    ])  # fmt: skip
    scale = (drawn[1, 0] - drawn[0, 0]) / 4
    assert scale > 50
    assert drawn - drawn[0] == pytest.approx(points * [scale, -scale], abs=0.02)
    assert [mark.all("title")[0].text for mark in marks] == ["cat, a", "dog, b", "no label, c"]
    assert [item.text for item in part.all("li")] == ["cat", "dog"]


def test_the_plane_is_that_of_scikit_learns_pca() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 6)) * [1, 5, 1, 3, 1, 1]
    points, shares = principal_plane(vectors)
    model = sklearn.decomposition.PCA(2).fit(vectors)
    assert np.abs(points) == pytest.approx(np.abs(model.transform(vectors)))
    assert shares == pytest.approx(model.explained_variance_ratio_)


def test_a_map_of_one_dimension_or_of_equal_vectors_is_drawn() -> None:
    for vectors in (np.ones((5, 1)), np.ones((5, 3)), np.zeros((5, 3))):
        shown = embedding_map(vectors, np.zeros(5))
        assert np.isfinite(shown.points).all()
        assert len(section(read(ReportData("x", maps=(shown,))), "Map").all("path", "point")) == 5


def test_of_many_samples_a_part_is_drawn_with_its_own_labels() -> None:
    labels = np.arange(500)
    shown = embedding_map(
        np.eye(500)[:, :20] + 1, labels, most=40, names=[str(each) for each in labels]
    )
    assert shown.points.shape == (40, 2)
    assert shown.names == tuple(str(each) for each in shown.labels)


def test_umap_is_asked_only_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """tests/search/test_projection.py runs it; compiling it takes half a minute."""
    vectors = np.random.default_rng(0).normal(size=(9, 4))
    monkeypatch.setitem(sys.modules, "umap", None)
    assert "PCA" in embedding_map(vectors, np.zeros(9)).method
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[umap\]"'):
        embedding_map(vectors, np.zeros(9), method="umap")
    with pytest.raises(UnknownNameError, match="tsne"):
        embedding_map(vectors, np.zeros(9), method="tsne")  # type: ignore[arg-type]


def test_planted_wrong_labels_of_real_images_are_found(shared_data: Path) -> None:
    features, labels = cifar_features(shared_data, 400)
    found = []
    for seed in range(10):
        random = np.random.default_rng(seed)
        planted = random.choice(400, 20, replace=False)
        wrong = labels.copy()
        wrong[planted] = (wrong[planted] + random.integers(1, 10, 20)) % 10
        flagged = suspects(held_out_probabilities(features, wrong, 10), wrong, 30)
        assert len(flagged) == 30
        assert all(each.label == wrong[each.row] != each.likely for each in flagged)
        hits = [each for each in flagged if each.row in planted]
        found.append(len(hits))
        # What is found is mostly given its true class back.
        assert sum(each.likely == labels[each.row] for each in hits) >= 0.8 * len(hits)
    assert found[0] >= 14
    assert np.mean(found) >= 14
    assert min(found) >= 12


def test_held_out_probabilities_are_those_of_a_fit_without_the_sample() -> None:
    """The closed form against ridge regression that is fitted anew for each sample."""
    random = np.random.default_rng(0)
    labels = np.arange(30) % 3
    vectors = (np.eye(3)[labels] + 0.7 * random.normal(size=(30, 3))).astype(np.float32)
    given = held_out_probabilities(vectors, labels)
    pointing = directions(vectors)
    inputs = np.hstack([pointing - pointing.mean(axis=0, dtype=np.float64), np.ones((30, 1))])
    strength = np.trace(inputs.T @ inputs) / 4
    for row in range(30):
        others = np.arange(30) != row
        model = sklearn.linear_model.Ridge(strength, fit_intercept=False)
        scores = model.fit(inputs[others], np.eye(3)[labels[others]]).predict(inputs[row : row + 1])
        expected = np.exp(15 * scores[0]) / np.exp(15 * scores[0]).sum()
        assert given[row] == pytest.approx(expected)


def test_confident_classes_by_hand() -> None:
    """Thresholds: (0.9 + 0.5 + 0.4) / 3 = 0.6 of class 0, (0.8 + 0.2) / 2 = 0.5 of class 1."""
    given = [[0.9, 0.1], [0.5, 0.5], [0.4, 0.6], [0.2, 0.8], [0.8, 0.2]]
    labels = [0, 0, 0, 1, 1]
    assert confident_classes(given, labels).tolist() == [0, 1, 1, 1, 0]
    assert [(each.row, each.likely) for each in suspects(given, labels)] == [(4, 0), (2, 1), (1, 1)]
    assert suspects(given, labels, top=1) == [Suspect(4, 1, 0, pytest.approx(-0.6))]


def test_labels_that_agree_with_the_model_are_not_suspected() -> None:
    labels = np.arange(40) % 4
    given = 0.1 + 0.6 * np.eye(4)[labels]
    assert suspects(given, labels) == []
    assert suspects(given, np.where(np.arange(40) < 20, labels, -1)) == []


def test_the_hardest_come_first() -> None:
    assert hardest([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.1, 0.9]], [0, 0, 1, -1]) == [1, 2, 0]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: suspects([[0.5, 0.5]], [0, 1]), UsageError),
        (lambda: suspects([[0.5, 0.5]], [2]), UsageError),
        (lambda: suspects([[0.5, np.nan]], [0]), DataError),
        (lambda: suspects([[1.5, -0.5]], [0]), DataError),
        (lambda: held_out_probabilities([[1.0], [2.0]], [0, -1]), UsageError),
        (lambda: ReportData("x", classes=("a",), confusion=np.zeros((2, 2))), UsageError),
        (lambda: EmbeddingMap("x", np.zeros((2, 3)), np.zeros(2), ""), UsageError),
        (lambda: embedding_map([[1.0, 2.0]], [0]), UsageError),
    ],
)
def test_what_cannot_be_shown_is_refused(call: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        call()


def test_neighbours_say_how_many_are_of_the_class_and_mark_them() -> None:
    part = section(read(full_data()), "Neighbours")
    assert [heading.text for heading in part.all("h3")] == ["Before: 1 of 2 of its class", "After"]
    assert len(part.all("figure", "right-one")) == 2  # the query is marked as it was given
    assert len(part.all("figure", "wrong-one")) == 1
    assert [image.attributes["alt"] for image in part.all("img")][2] == "a dog (another class)"


def test_thumbnails_are_inside_the_page_and_small(shared_data: Path) -> None:
    images, labels = cifar_images(shared_data, 3)
    large = images[0].resize((2000, 1000))
    data = ReportData("x", hardest=[Example(str(label), large) for label in labels])
    sources = [str(image.attributes["src"]) for image in read(data).all("img")]
    assert len(sources) == 3
    for source in sources:
        encoded = source.removeprefix("data:image/jpeg;base64,")
        assert PIL.Image.open(io.BytesIO(base64.b64decode(encoded))).size == (128, 64)


def test_a_picture_that_cannot_be_read_is_a_box_and_a_text_is_a_text(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    data = ReportData("x", hardest=[Example("one", broken), Example("a text <b>")])
    part = section(read(data), "Hardest")
    assert "Cannot be shown" in part.text
    assert part.all("div", "plain")[0].text == "a text <b>"


def test_hostile_names_change_nothing_but_the_text() -> None:
    def data(name: str) -> ReportData:
        example = Example(name, RED, name)
        return ReportData(
            title=name,
            subtitle=name,
            metric=name,
            baseline={name: 0.1},
            metrics={name: 0.2},
            warnings=(name,),
            config={name: name},
            reasons={name: name},
            history=[{name: 0.1, "loss": 1.0}, {name: 0.2, "loss": 0.5}],
            classes=(name, "dog"),
            confusion=np.array([[3, 1], [2, 4]]),
            neighbours=(Neighbours(example, (example,), (example,)),),
            hardest=(example, Example(name)),
            mislabelled=(example,),
            heatmaps=(example,),
            maps=(EmbeddingMap(name, np.eye(2), np.array([0, 1]), name, (name, name)),),
        )

    def shape(element: Element) -> Any:
        inner = [shape(child) for child in element.children if child.tag != "wbr"]
        return element.tag, sorted(element.attributes), inner

    hostile, plain = read(data(HOSTILE)), read(data("cat"))
    assert shape(hostile) == shape(plain)
    assert hostile.all("script") == []
    assert hostile.all("h1")[0].text == HOSTILE
    assert hostile.all("ul", "warnings")[0].text == HOSTILE
    assert table_of(section(hostile, "Settings"))[1] == [HOSTILE] * 3


def test_the_page_asks_for_nothing_from_outside_and_runs_no_script() -> None:
    page = read(full_data())
    for element in [
        each for tag in ("img", "link", "script", "iframe", "use") for each in page.all(tag)
    ]:
        assert (element.attributes.get("src") or "").startswith("data:image/jpeg;base64,")
    policy = [meta.attributes.get("content") for meta in page.all("meta")]
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in policy
    style = page.all("style")[0].text
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_is_for_telephones_dark_screens_and_keyboards() -> None:
    page = read(full_data())
    assert any(
        meta.attributes.get("content") == "width=device-width, initial-scale=1"
        for meta in page.all("meta")
    )
    style = page.all("style")[0].text
    assert style.count("prefers-color-scheme: dark") == 2
    assert "max-width: 40rem" in style
    for part in page.all("div", "scroll"):  # what scrolls has to be reached without a mouse
        assert part.attributes["tabindex"] == "0"
        assert part.attributes["aria-label"]
    for drawing in page.all("svg"):
        is_named = drawing.attributes.get("role") == "img" and drawing.attributes["aria-label"]
        assert is_named or drawing.attributes.get("aria-hidden") == "true"
    names = [element.attributes["id"] for element in page.all("section") + page.all("h2")]
    assert len(set(names)) == len(names)


def contrast(first: str, second: str) -> float:
    """WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""

    def luminance(colour: str) -> float:
        parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    light, dark = sorted([luminance(first), luminance(second)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_lines_and_text_stand_out_in_light_and_in_dark() -> None:
    style = read(full_data()).all("style")[0].text
    declared = re.findall(r"--([a-z]+\d?): (#[0-9a-f]{6})", style)
    light, dark = {}, {}
    for name, colour in declared:  # each is first declared for light, then for dark
        (dark if name in light else light)[name] = colour
    assert light.keys() == dark.keys()
    for colours in (light, dark):
        for name in [f"s{number}" for number in range(8)] + ["good", "bad", "mark"]:
            assert contrast(colours[name], colours["page"]) >= 3, name
        for name in ("ink", "soft", "good", "bad"):
            assert contrast(colours[name], colours["page"]) >= 4.5, name


def test_the_report_is_written_whole_and_in_place_of_an_older_one(tmp_path: Path) -> None:
    place = tmp_path / "run" / "report.html"
    assert write_report(ReportData("Old"), place) == place
    write_report(full_data(), place)
    assert place.read_text(encoding="utf-8") == report_page(full_data())
    assert [each.name for each in place.parent.iterdir()] == ["report.html"]


def test_a_report_that_cannot_be_written_leaves_the_older_one(tmp_path: Path) -> None:
    place = tmp_path / "report.html"
    write_report(ReportData("Old"), place)
    broken = ReportData("New \ud800", history=[{"epoch": 1, "loss": "\ud800"}])
    write_report(broken, place)  # what no page may hold is replaced
    assert "New \N{REPLACEMENT CHARACTER}" in place.read_text(encoding="utf-8")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(OSError, match=r"folder\.html"):
        write_report(ReportData("x"), tmp_path / "folder.html")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder.html", "report.html"]


@settings(deadline=None)  # on a machine that others use
@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_are_round_and_inside(low: float, spread: float) -> None:
    scale = scale_over([low, low + spread], 0, 100)
    ticks = scale.ticks()
    assert 1 <= len(ticks) <= 12
    assert all(-1e-6 <= scale(tick) <= 100 + 1e-6 for tick in ticks)


def test_a_scale_puts_its_ends_where_they_belong() -> None:
    scale = Scale(2.0, 4.0, 100.0, 0.0)
    assert (scale(2.0), scale(3.0), scale(4.0)) == (100.0, 50.0, 0.0)


def test_a_report_of_real_images_shows_what_the_measures_say(shared_data: Path) -> None:
    features, labels = cifar_features(shared_data, 400)
    named = metrics.knn_predictions(features, labels)
    classes = ("airplane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    data = ReportData(
        "CIFAR-10",
        classes=classes,
        confusion=metrics.confusion_matrix(named, labels, 10),
        maps=(embedding_map(features, labels),),
    )
    page = read(data)
    rows = table_of(section(page, "Confusion"), 1)[1:]
    assert [row[0] for row in rows] == list(classes)
    assert sum(float(row[2]) * int(row[4]) for row in rows) / 400 == pytest.approx(
        metrics.accuracy(named, labels), abs=1e-4
    )
    assert len(section(page, "Map").all("path", "point")) == 400


def test_two_models_are_compared_on_real_images(shared_data: Path) -> None:
    after, labels = cifar_features(shared_data, 400)
    before = after[:, :6]  # knows little
    images, _ = cifar_images(shared_data, 400)
    classes = ("airplane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    data = with_embeddings(
        ReportData("CIFAR-10", classes=classes),
        before,
        after,
        labels,
        pictures=images.__getitem__,
        names=[f"{row}.png" for row in range(400)],
    )
    for k, value in data.recall_after.items():
        assert value == metrics.recall_at_k(after, labels, k)
        assert data.recall_before[k] == metrics.recall_at_k(before, labels, k)
    assert data.recall_after[1] > data.recall_before[1] + 0.2
    # One query a class, in turn, with the neighbours that the products give.
    assert [each.query.caption for each in data.neighbours] == list(classes[:8])
    for each in data.neighbours:
        row = int(each.query.detail.removesuffix(".png"))
        cosines = directions(after) @ directions(after)[row]
        nearest = np.argsort(-cosines)[1:7]
        assert [found.detail for found in each.after] == [f"{place}.png" for place in nearest]
        assert [found.is_right for found in each.after] == (labels[nearest] == labels[row]).tolist()
        assert each.after[0].picture is images[nearest[0]]
    named = metrics.knn_predictions(after, labels)
    assert data.confusion is not None
    assert np.array_equal(data.confusion, metrics.confusion_matrix(named, labels, 10))
    assert [shown.title for shown in data.maps] == ["Untouched model", "Trained model"]
    assert len(data.hardest) == 24
    page = report_page(data)
    assert len(Reader(page).root.all("section")) == 6
    assert len(page) < 2e6


def test_classes_of_one_sample_each_are_compared_without_recall() -> None:
    data = ReportData("x", classes=("a", "b", "c"))
    shown = with_embeddings(data, np.eye(3), np.eye(3), [0, 1, 2])
    assert shown.recall_after == {}
    assert [len(each.after) for each in shown.neighbours] == [2, 2, 2]
    with pytest.raises(UsageError, match="not 0 to 3"):
        with_embeddings(data, np.eye(3), np.eye(3), [0, 1, 3])


def test_very_many_classes_are_compared_without_what_would_fill_the_memory() -> None:
    random = np.random.default_rng(0)
    labels, vectors = np.arange(3000) // 2, random.normal(size=(3000, 4))
    data = ReportData("x", classes=tuple(str(label) for label in range(1500)))
    shown = with_embeddings(data, vectors, vectors, labels)
    assert shown.confusion is None
    assert not shown.mislabelled
    assert shown.recall_after
    assert len(read(shown).all("path", "point")) == 2 * 1500  # so many are drawn of each


def test_a_model_that_collapsed_has_a_report_too() -> None:
    labels = np.arange(40) % 4
    before = np.eye(4)[labels] + 0.01
    data = ReportData("x", classes=("a", "b", "c", "d"))
    shown = with_embeddings(data, before, np.zeros((40, 4)), labels)
    assert shown.recall_before[1] == 1.0
    assert shown.recall_after[1] < 0.6
    assert "Trained model" in report_page(shown)
