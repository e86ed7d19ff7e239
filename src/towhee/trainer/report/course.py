"""The course of a training: its curves, and the table of their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee.trainer.report.curves import Series, line_chart
from towhee.trainer.report.tables import is_number, table

_PLACES = ("epoch", "step")
_RATES = ("lr", "learning_rate")


def course_figures(
    history: Sequence[Mapping[str, Any]], baseline: Mapping[str, float], metric: str
) -> str:
    """Charts of the losses, of each measure beside its baseline, and of the learning rate.

    Args:
        history: the rows of the log.
        baseline: the measures of the untouched model.
        metric: the measure that stands first.
    """
    if not history:
        return ""
    axis, places = _axis(history)
    names = list(dict.fromkeys(key for row in history for key in row))
    numeric = [name for name in names if any(is_number(row.get(name)) for row in history)]
    losses = [name for name in numeric if "loss" in name]
    rates = [name for name in numeric if name in _RATES]
    others = [name for name in numeric if name in baseline or name == metric]
    others.sort(key=lambda name: name != metric)

    def series(name: str) -> Series:
        rows = [at for at, row in enumerate(history) if is_number(row.get(name))]
        return Series(name, [places[at] for at in rows], [float(history[at][name]) for at in rows])

    charts = [line_chart("Loss", axis, [series(name) for name in losses])] if losses else []
    charts += [line_chart(name, axis, [series(name)], baseline.get(name)) for name in others]
    if rates:
        charts.append(line_chart("Learning rate", axis, [series(name) for name in rates]))
    rows = [[row.get(name) for name in names] for row in history]
    return (
        f'<div class="charts">{"".join(charts)}</div>\n'
        f"<details><summary>All figures</summary>\n{table('History', names, rows)}\n</details>"
    )


def _axis(history: Sequence[Mapping[str, Any]]) -> tuple[str, list[float]]:
    """What tells the rows apart: their epochs, their steps, or their order."""
    for name in _PLACES:
        places = [row.get(name) for row in history]
        if all(is_number(place) for place in places) and len(set(places)) == len(places):
            return name, [float(place) for place in places if place is not None]
    return "row", [float(number) for number in range(1, len(history) + 1)]
