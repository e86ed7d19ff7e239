"""Tables line their columns up."""

from __future__ import annotations

from harness.table import table


def test_the_first_column_is_to_the_left_and_figures_to_the_right() -> None:
    shown = table(("name", "MiB"), [("a", 12.5), ("longer", None)])
    assert shown.splitlines() == ["name     MiB", "a       12.5", "longer     -"]
