"""Figures over the course of a training, as lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from towhee.trainer.report.scale import Scale, figure, scale_over
from towhee.viz.html_text import html_text

_WIDE, _HIGH = 420, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 10, 10, 40
_COLOURS = 8
_FEW = 60  # points, up to which each is marked


@dataclass(frozen=True, slots=True)
class Series:
    """One line.

    Attributes:
        name: what the legend calls it.
        places: where on the axis its values are.
        values: as many; NaN and infinity leave a gap.
    """

    name: str
    places: Sequence[float]
    values: Sequence[float]


def line_chart(
    title: str, axis: str, series: Sequence[Series], baseline: float | None = None
) -> str:
    """A figure with a line for each series, and one across for the untouched model.

    Args:
        title: what is shown.
        axis: what lies along it, such as ``"epoch"``.
        series: the lines.
        baseline: the value of the untouched model.
    """
    if baseline is not None and not math.isfinite(baseline):
        baseline = None
    points = [
        (place, value)
        for each in series
        for place, value in zip(each.places, each.values, strict=True)
        if math.isfinite(value)
    ]
    across = scale_over([x for x, _ in points], _LEFT, _WIDE - _RIGHT, 0.03)
    levels = [y for _, y in points] + ([] if baseline is None else [baseline])
    up = scale_over(levels, _HIGH - _BOTTOM, _TOP)
    drawn = [_line(each, number, across, up, axis) for number, each in enumerate(series)]
    base = ""
    if baseline is not None:
        y = up(baseline)
        base = (
            f'<line class="base" x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y:.2f}" y2="{y:.2f}">'
            f"<title>untouched model: {figure(baseline)}</title></line>"
        )
    names = [
        f'<li><svg viewBox="0 0 14 14" aria-hidden="true"><path class="line s{number % _COLOURS}" '
        f'd="M0 7H14"/></svg>{html_text(each.name)}</li>'
        for number, each in enumerate(series)
    ]
    if baseline is not None:
        names.append(
            '<li><svg viewBox="0 0 14 14" aria-hidden="true"><path class="base" d="M0 7H14"/></svg>'
            f"untouched model, {figure(baseline)}</li>"
        )
    return (
        f'<figure class="chart"><figcaption>{html_text(title)}</figcaption>'
        f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{html_text(title)}">'
        f"{_axes(across, up, axis)}{base}{''.join(drawn)}</svg>"
        f'<ul class="legend">{"".join(names)}</ul></figure>'
    )


def _line(series: Series, number: int, across: Scale, up: Scale, axis: str) -> str:
    colour = number % _COLOURS
    parts: list[list[str]] = [[]]
    marks = []
    for place, value in zip(series.places, series.values, strict=True):
        if not math.isfinite(value):
            parts.append([])
            continue
        x, y = across(place), up(value)
        parts[-1].append(f"{x:.2f} {y:.2f}")
        marks.append(
            f'<circle class="f{colour}" cx="{x:.2f}" cy="{y:.2f}" r="3"><title>'
            f"{html_text(series.name)}, {html_text(axis)} {figure(place)}: {figure(value)}"
            "</title></circle>"
        )
    path = "".join(f"M{'L'.join(part)}" for part in parts if part)
    line = f'<path class="line s{colour}" d="{path}"/>' if path else ""
    return line + ("".join(marks) if len(marks) <= _FEW else "")


def _axes(across: Scale, up: Scale, axis: str) -> str:
    right, floor = _WIDE - _RIGHT, _HIGH - _BOTTOM
    levels = "".join(
        f'<g class="level"><line class="grid" x1="{_LEFT}" x2="{right}" y1="{up(tick):.2f}" '
        f'y2="{up(tick):.2f}"/><text x="{_LEFT - 6}" y="{up(tick) + 4:.2f}" '
        f'text-anchor="end">{figure(tick)}</text></g>'
        for tick in up.ticks(5)
    )
    whole = [tick for tick in across.ticks(6) if tick == int(tick)]
    marks = "".join(
        f'<g class="place"><line class="grid" x1="{across(tick):.2f}" x2="{across(tick):.2f}" '
        f'y1="{floor}" y2="{floor + 4}"/><text x="{across(tick):.2f}" y="{floor + 18}" '
        f'text-anchor="middle">{figure(tick)}</text></g>'
        for tick in whole
    )
    name = (
        f'<text x="{(_LEFT + right) / 2:.2f}" y="{_HIGH - 4}" text-anchor="middle">'
        f"{html_text(axis)}</text>"
    )
    return levels + marks + name
