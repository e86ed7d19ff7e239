"""The figures of the serving benchmark tell what its claims are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serving import shown


def test_an_overloaded_server_answers_with_200_or_503_and_nothing_else(
    figures: Callable[[str], Any],
) -> None:
    (result,) = figures("serving")["results"]
    assert result["holds"]["overload"]
    assert set(result["flood_statuses"]) <= {"200", "503"}
    assert result["flood_statuses"]["200"] > 0


def test_the_ratio_is_that_of_what_was_served_to_what_the_library_did(
    figures: Callable[[str], Any],
) -> None:
    (result,) = figures("serving")["results"]
    ratio = result["served_per_second"] / result["library_per_second"]
    assert abs(result["ratio"] - ratio) < 0.01  # all three are rounded
    assert f" {result['ratio']} " in shown([result])
