"""The report of a real training in a real browser: from a file, on a telephone, in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from colour_squares import colour_squares
from real_browser import CONTRASTS, real_browser
from tiny_models import tiny_checkpoint
from towhee import ops
from towhee.trainer.training_config import TrainingConfig


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with real_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    checkpoint = tiny_checkpoint(folder / "test_resnet")
    op = ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")
    config = TrainingConfig(
        output_dir=str(folder / "out"),
        method="full",
        epoch_num=2,
        device_str="cpu",
        tensorboard=None,
    )
    made: Path = op.train(config, colour_squares(60, 0), colour_squares(30, 1)).report
    return made


class Opened:
    """A page, and what it asked for and complained of while it was open."""

    def __init__(self, browser: Any, report: Path, **screen: Any) -> None:
        self.page = browser.new_context(**screen).new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(report.as_uri())

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *exception: object) -> None:
        self.page.context.close()


def test_it_opens_from_a_file_and_asks_for_nothing_else(browser: Any, report: Path) -> None:
    with Opened(browser, report) as opened:
        assert [url for url in opened.requests if not url.startswith("data:")] == [report.as_uri()]
        assert opened.complaints == []
        pictures = opened.page.locator("img")
        assert pictures.count() >= 6
        assert pictures.evaluate_all("all => all.every(each => each.naturalWidth > 0)")


def test_curves_confusion_and_map_are_seen_and_say_their_figures_when_pointed_at(
    browser: Any, report: Path
) -> None:
    with Opened(browser, report) as opened:
        for name in ("course", "confusion", "map"):
            drawing = opened.page.locator(f"#{name} figure > svg, #{name} .mat").first
            drawing.scroll_into_view_if_needed()
            box = drawing.bounding_box()
            assert box["width"] >= 100
            assert box["height"] >= 100
        dots = opened.page.locator("#course circle")
        assert dots.count() >= 4  # two epochs of loss and of the metric
        dots.first.scroll_into_view_if_needed()
        box = dots.first.bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        under = "([x, y]) => document.elementFromPoint(x, y).querySelector('title')?.textContent"
        assert "epoch" in opened.page.evaluate(under, middle)


def test_links_and_what_opens_are_reached_by_the_keyboard(browser: Any, report: Path) -> None:
    with Opened(browser, report) as opened:
        page = opened.page
        reached = set()
        for _ in range(page.locator("a, summary, [tabindex]").count()):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.tagName"))
            is_closed = page.evaluate(
                "document.activeElement.matches('details:not([open]) > summary')"
            )
            if is_closed:
                page.keyboard.press("Enter")
                assert page.evaluate("document.activeElement.parentElement.open")
        assert {"A", "SUMMARY"} <= reached
        page.get_by_role("link", name="Map", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_function(  # it glides there
            "() => document.querySelector('#map').getBoundingClientRect().top < innerHeight"
        )


def test_it_fits_a_telephone(browser: Any, report: Path) -> None:
    screen = {"viewport": {"width": 375, "height": 700}, "is_mobile": True, "has_touch": True}
    with Opened(browser, report, **screen) as opened:
        page = opened.page
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 375
        beyond = page.evaluate(
            """() => [...document.querySelectorAll('main *, nav *, header *')]
              .filter(each => !each.closest('.scroll') && !each.closest('svg')
                      && each.getBoundingClientRect().right > 375.5)
              .map(each => each.outerHTML.slice(0, 80))"""
        )
        assert beyond == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out(browser: Any, report: Path, scheme: str) -> None:
    with Opened(browser, report, color_scheme=scheme) as opened:
        page = opened.page
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness = sum(map(int, ground.removeprefix("rgb(").removesuffix(")").split(", ")))
        assert (brightness > 3 * 128) == (scheme == "light")
        assert page.evaluate(CONTRASTS) == []
