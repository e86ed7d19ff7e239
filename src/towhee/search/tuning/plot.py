"""Recall against queries a second as SVG, with no other program, and a page around it."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from towhee.search.tuning.trial import Trial

_WIDE, _HIGH = 760, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 92, 28, 40, 64
_LETTER = 6.8  # pixels of a letter's width, in the typeface below
_LABEL_HIGH = 14
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_STYLE = (
    "text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1b2024}"
    ".axis{font-size:13px}.soft{fill:#68727b}.chosen{font-weight:600}"
    ".grid{stroke:#e7e9e8}.frame{fill:#fff;stroke:#98a1a9}.target{stroke:#b4532a;"
    "stroke-dasharray:5 4}.line{fill:none;stroke:#1f6f8b;stroke-opacity:.45}"
    "circle{fill:#1f6f8b}circle.chosen{fill:#b4532a}circle.exact{fill:#fff;stroke:#68727b;"
    "stroke-width:2}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_TABLE_STYLE = (
    "border-collapse:collapse;font:14px system-ui,-apple-system,'Segoe UI',sans-serif;"
    "font-variant-numeric:tabular-nums"
)
_PAGE_STYLE = (
    "body{max-width:60rem;margin:2rem auto;padding:0 1rem;background:#fcfcfb;color:#1b2024;"
    "font:1rem/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}h1{font-size:1.25rem;"
    "font-weight:600;overflow-wrap:anywhere}svg{max-width:100%;height:auto}"
)


@dataclass(frozen=True, slots=True)
class _Scales:
    """Where figures are on the drawing.

    Attributes:
        x: of a recall.
        y: of queries a second.
        recalls: those with a line.
        speeds: likewise.
    """

    x: Callable[[float], float]
    y: Callable[[float], float]
    recalls: list[float]
    speeds: list[float]


def drawn(
    trials: Sequence[Trial],
    chosen: Trial,
    exact: Trial | None,
    target: float,
    topk: int,
) -> str:
    """The plot of some trials as SVG.

    Args:
        trials: those of one way to make the index, one behind the other, are joined by a line.
        chosen: the one of them that stands out.
        exact: a search without an index, if there was one.
        target: the recall that was asked for, drawn as a line.
        topk: of the recall.
    """
    every = [*trials, exact] if exact else list(trials)
    scales = _scales(every, target)
    shapes = [_axes(scales, topk), _target(scales, target)]
    shapes += [_line(scales, series) for series in _series(trials)]
    labelled = _Labels()
    for trial in sorted(every, key=lambda each: each is not chosen):
        kind = "chosen" if trial is chosen else "exact" if trial is exact else "trial"
        x, y = scales.x(trial.recall), scales.y(trial.queries_per_second)
        shapes.append(
            f'<circle class="{kind}" cx="{x:.2f}" cy="{y:.2f}" r="{6 if trial is chosen else 4}">'
            f"<title>{html.escape(_told(trial, topk))}</title></circle>"
        )
        shapes.append(labelled.beside(x, y, _short(trial), kind))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE}" height="{_HIGH}" '
        f'viewBox="0 0 {_WIDE} {_HIGH}" role="img"><style>{_STYLE}</style>'
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="#fcfcfb"/>{"".join(shapes)}</svg>'
    )


def table(
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[str], str]],
    advice: str | None,
) -> str:
    """The figures as HTML; a row is a name, its figures, and a mark if it is the chosen one."""
    right = ' style="text-align:right;padding:.15rem .75rem"'
    left = ' style="text-align:left;padding:.15rem .75rem"'
    head = "".join(f"<th{right}>{html.escape(name)}</th>" for name in columns)
    lines = []
    for name, figures, mark in rows:
        cells = "".join(f"<td{right}>{figure}</td>" for figure in figures)
        weight = ' style="font-weight:600"' if mark else ""
        shown = f"{html.escape(name)}{' (set)' if mark else ''}"
        lines.append(f"<tr{weight}><td{left}>{shown}</td>{cells}</tr>")
    said = f"<p>{html.escape(advice)}</p>" if advice else ""
    return (
        f'<table style="{_TABLE_STYLE}"><thead><tr><th{left}>parameters</th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>{said}"
    )


def page(title: str, body: str) -> str:
    """A whole HTML page that needs no other file, no script and no network."""
    shown = html.escape(title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{shown}</title><style>{_PAGE_STYLE}</style></head>"
        f"<body><h1>{shown}</h1>{body}</body></html>\n"
    )


class _Labels:
    """Names beside points, left out where there is no room."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float]] = []

    def beside(self, x: float, y: float, text: str, kind: str) -> str:
        """A name to the left of a point, a little above or below it, or nothing."""
        wide = _LETTER * len(text)
        for end, height in ((x - 9, y + 4), (x + 9 + wide, y + 4), (x - 9, y + 17), (x - 9, y - 9)):
            if self._is_free(end, height, wide):
                self._taken.append((end, height, wide))
                weight = " chosen" if kind == "chosen" else ""
                return (
                    f'<text class="label{weight}" x="{end:.1f}" y="{height:.1f}" '
                    f'text-anchor="end">{html.escape(text)}</text>'
                )
        return ""

    def _is_free(self, end: float, height: float, wide: float) -> bool:
        inside = end - wide > _LEFT and end < _WIDE - 2 and _TOP < height < _HIGH - _BOTTOM
        return inside and not any(
            abs(height - other) < _LABEL_HIGH
            and end > from_end - from_wide
            and from_end > end - wide
            for from_end, other, from_wide in self._taken
        )


def _scales(trials: Sequence[Trial], target: float) -> _Scales:
    recalls = [trial.recall for trial in trials] + [target, 1.0]
    step = next((each for each in _STEPS if (1 - min(recalls)) / each <= 8), _STEPS[-1])
    count = max(1, math.ceil((1 - min(recalls)) / step - 1e-9))
    lowest = max(0.0, 1 - count * step)
    speeds = [trial.queries_per_second for trial in trials]
    low, high = _round_down(min(speeds)), _round_up(max(speeds))
    while high < 2 * low:  # so that what differs by little looks like it
        low = _round_down(0.75 * low)
    across, upwards = _WIDE - _LEFT - _RIGHT, _HIGH - _TOP - _BOTTOM

    def x(recall: float) -> float:
        return _LEFT + (recall - lowest) / (1 - lowest) * across

    def y(speed: float) -> float:
        return (
            _TOP + (math.log(high) - math.log(speed)) / (math.log(high) - math.log(low)) * upwards
        )

    marks = [round(1 - place * step, 6) for place in range(count, -1, -1)]
    return _Scales(x, y, [each for each in marks if each >= 0], _marks(low, high))


def _marks(low: float, high: float) -> list[float]:
    """Round numbers between two of them: 1, 2, 5, 10, …, and more of them where they are few."""
    digits = (1, 2, 3, 4, 5, 6, 8) if high <= 12 * low else (1, 2, 5)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = [digit * 10.0**power for power in range(first, last + 1) for digit in digits]
    return [each for each in every if low * 0.999 <= each <= high * 1.001]


def _round_down(speed: float) -> float:
    power = 10.0 ** math.floor(math.log10(speed))
    return max(digit * power for digit in (1, 2, 3, 4, 5, 6, 8) if digit * power <= speed * 1.001)


def _round_up(speed: float) -> float:
    power = 10.0 ** math.floor(math.log10(speed))
    return min(digit * power for digit in (2, 3, 4, 5, 6, 8, 10) if digit * power > speed)


def _axes(scales: _Scales, topk: int) -> str:
    right, bottom = _WIDE - _RIGHT, _HIGH - _BOTTOM
    made = [
        f'<rect class="frame" x="{_LEFT}" y="{_TOP}" width="{right - _LEFT}" '
        f'height="{bottom - _TOP}"/>'
    ]
    digits = max(len(f"{each:g}".partition(".")[2]) for each in scales.recalls)
    for recall in scales.recalls:
        x = scales.x(recall)
        made.append(
            f'<path class="grid" d="M{x:.2f} {_TOP}V{bottom}"/>'
            f'<text class="x" x="{x:.2f}" y="{bottom + 20}" text-anchor="middle">'
            f"{recall:.{digits}f}</text>"
        )
    for speed in scales.speeds:
        y = scales.y(speed)
        made.append(
            f'<path class="grid" d="M{_LEFT} {y:.2f}H{right}"/>'
            f'<text class="y" x="{_LEFT - 8}" y="{y + 4:.2f}" text-anchor="end">'
            f"{_number(speed)}</text>"
        )
    middle = (_TOP + bottom) / 2
    made.append(
        f'<text class="axis" x="{(_LEFT + right) / 2:.0f}" y="{_HIGH - 16}" text-anchor="middle">'
        f"recall@{topk} (share of the exact {topk} nearest)</text>"
        f'<text class="axis" transform="translate(22 {middle:.0f}) rotate(-90)" '
        'text-anchor="middle">queries per second</text>'
    )
    return "".join(made)


def _number(speed: float) -> str:
    return f"{speed:,.0f}" if speed >= 1 else f"{speed:g}"


def _target(scales: _Scales, target: float) -> str:
    x = scales.x(target)
    middle = min(x, _WIDE - 60)
    return (
        f'<path class="target" d="M{x:.2f} {_TOP}V{_HIGH - _BOTTOM}"/>'
        f'<text class="soft" x="{middle:.1f}" y="{_TOP - 10}" text-anchor="middle">'
        f"asked for: {target:g}</text>"
    )


def _series(trials: Sequence[Trial]) -> list[list[Trial]]:
    """Trials that differ in one parameter of the search alone, in their order."""
    found: dict[tuple[object, ...], list[Trial]] = {}
    for trial in trials:
        key = (tuple(trial.index.build.items()), trial.index.search.get("refine"))
        found.setdefault(key, []).append(trial)
    return list(found.values())


def _line(scales: _Scales, series: Sequence[Trial]) -> str:
    points = " ".join(
        f"{scales.x(each.recall):.2f},{scales.y(each.queries_per_second):.2f}" for each in series
    )
    return f'<polyline class="line" points="{points}"/>'


def _short(trial: Trial) -> str:
    search = trial.index.search
    return " ".join(f"{name}={value}" for name, value in search.items()) or trial.index.kind


def _told(trial: Trial, topk: int) -> str:
    return (
        f"{trial.label}: recall@{topk} {trial.recall:.4f}, "
        f"{trial.queries_per_second:,.0f} queries/s, p95 {trial.p95_ms:.2f} ms"
    )
