"""The table of a pipe's calls holds true ratios, and what was asked for was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pipe_calls import shown


def test_the_ratio_to_the_functions_is_that_of_the_rates(figures: Callable[[str], Any]) -> None:
    ours, theirs = figures("pipe_calls")["contenders"]
    expected = ours["calls_per_second"] / ours["function_calls_per_second"]
    assert ours["ratio_to_functions"] == pytest.approx(expected, rel=1e-2)
    assert ours["threads_left"] == 0
    assert theirs["name"] == "Towhee 1.1.3"
    assert "not installed" in theirs["error"]
    assert f"{ours['calls_per_second']:,.0f}" in shown([ours, theirs])
