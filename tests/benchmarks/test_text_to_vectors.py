"""The table of texts to vectors holds true ratios, of vectors that agree."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import pytest
from harness.texts import texts
from text_to_vectors import DEFAULT, shown


@pytest.fixture
def run(figures: Callable[[str], Any]) -> Any:
    """The results of the smoke run."""
    return figures("text_to_vectors")


@pytest.fixture
def rows(run: Any) -> dict[str, Any]:
    """They, by the contender's name."""
    return {each["name"]: each for each in run["contenders"]}


def test_ratios_are_those_of_the_rates(rows: dict[str, Any]) -> None:
    default = rows[DEFAULT]["texts_per_second"]
    assert rows[DEFAULT]["ratio_to_default"] == 1
    expected = rows["towhee"]["texts_per_second"] / default
    assert rows["towhee"]["ratio_to_default"] == pytest.approx(expected, rel=1e-2)


def test_towhee_gives_the_vectors_of_sentence_transformers(rows: dict[str, Any]) -> None:
    assert rows[DEFAULT]["worst_cosine"] == pytest.approx(1)
    assert rows["towhee"]["worst_cosine"] >= 0.9999
    assert rows["towhee"]["remark"].startswith("runs on ")


def test_peers_that_are_not_installed_are_listed_as_such(run: Any) -> None:
    table = shown(run["texts"], run["contenders"])
    for name in (f"{DEFAULT}, ONNX", f"{DEFAULT}, OpenVINO", "fastembed"):
        assert f"  {name}: not installed here" in table


def test_texts_are_the_same_each_time_and_of_mixed_length() -> None:
    found = texts(1000)
    assert texts(1000) == found
    words = sorted(len(text.split()) for text in found)
    assert words[0] <= 3
    assert 15 <= statistics.median(words) <= 21
    assert words[-1] > 100
