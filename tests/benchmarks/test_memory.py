"""The tables of memory hold true ratios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from memory import CHAINS


def test_growth_is_compared_with_the_fewest_rows(figures: Callable[[str], Any]) -> None:
    growth = figures("memory")["growth"]
    assert len(growth) > 1
    assert growth[0]["ratio"] == 1
    for each in growth:
        ratio = each["peak_mib"] / growth[0]["peak_mib"]
        assert each["ratio"] == pytest.approx(ratio, rel=1e-2)


def test_what_rows_add_is_compared_with_the_limit(figures: Callable[[str], Any]) -> None:
    limits = figures("memory")["limits"]
    assert {each["chain"] for each in limits} == set(CHAINS)
    for each in limits:
        assert 0 < each["added_mib"] < each["peak_mib"]
        ratio = each["added_mib"] / each["limit_mib"]
        assert each["ratio"] == pytest.approx(ratio, rel=1e-2, abs=2e-3)
