"""The table of the cache tells what was embedded, and whether the vectors are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cache import PHASES, shown


@pytest.fixture
def model(figures: Callable[[str], Any]) -> Any:
    """The results of the smoke run."""
    (only,) = figures("cache")["models"]
    return only


def test_only_what_is_new_is_embedded(model: Any) -> None:
    count = model["count"]
    assert [each["phase"] for each in model["phases"]] == list(PHASES)
    assert [each["embedded"] for each in model["phases"]] == [count, count, 0, count // 100]


def test_vectors_are_those_without_a_cache(model: Any) -> None:
    assert all(each["same_vectors"] for each in model["phases"])
    assert shown(model).count("the same") == len(PHASES)


def test_the_cache_takes_disk_for_its_vectors_and_little_more(model: Any) -> None:
    without, first, again, _ = model["phases"]
    vectors = model["count"] * 384 * 4 / 2**20
    assert without["disk_mib"] == 0
    assert vectors < first["disk_mib"] < 2 * vectors + 1
    assert again["disk_mib"] == pytest.approx(first["disk_mib"], abs=1)
