"""The tables of latency hold true differences and ratios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_what_a_pipeline_adds_is_the_difference_to_the_same_by_hand(
    figures: Callable[[str], Any],
) -> None:
    models = figures("pipeline_latency")["models"]
    assert [each["model"] for each in models] == ["the model inside the package", "tiny"]
    for each in models:
        more = each["pipeline_ms"] - each["direct_ms"]
        assert each["overhead_ms"] == pytest.approx(more, abs=2e-3)
        ratio = each["pipeline_ms"] / each["direct_ms"]
        assert each["ratio"] == pytest.approx(ratio, rel=1e-2)


def test_a_pipeline_may_add_5_percent_and_a_fifth_of_a_millisecond(
    figures: Callable[[str], Any],
) -> None:
    for each in figures("pipeline_latency")["models"]:
        assert each["allowed_ms"] == pytest.approx(0.05 * each["direct_ms"] + 0.2, abs=2e-3)
