"""The report as one page."""

from __future__ import annotations

import os
from pathlib import Path

from towhee.trainer.report.confusion import confusion_figure
from towhee.trainer.report.course import course_figures
from towhee.trainer.report.curves import Series, line_chart
from towhee.trainer.report.embedding_map import map_figure
from towhee.trainer.report.pictures import neighbours_rows, pictures
from towhee.trainer.report.report_data import ReportData
from towhee.trainer.report.scale import figure
from towhee.trainer.report.style import STYLE
from towhee.trainer.report.tables import change, table
from towhee.viz.html_text import html_text
from towhee.viz.page import html_page
from towhee.viz.picture_frame import FRAME_STYLE


def report_page(data: ReportData) -> str:
    """A whole HTML page that needs no other file, no script and no network.

    It follows the reader's choice of a light or a dark screen, is as wide as the screen, and all
    that scrolls or opens can be reached by the keyboard.

    Example:
        >>> page = report_page(ReportData("Shoes <new>", metric="knn", baseline={"knn": 0.5}))
        >>> "<h1>Shoes &lt;new&gt;</h1>" in page
        True
    """
    sections = [(name, body) for name, body in _sections(data) if body]
    links = "".join(f'<li><a href="#{_anchor(name)}">{name}</a></li>' for name, _ in sections)
    parts = "\n".join(
        f'<section id="{_anchor(name)}" aria-labelledby="{_anchor(name)}-title">\n'
        f'<h2 id="{_anchor(name)}-title">{name}</h2>\n{body}\n</section>'
        for name, body in sections
    )
    body = (
        f'{_warnings(data)}<nav aria-label="Sections"><ul>{links}</ul></nav>\n'
        f"<main>\n{parts}\n</main>"
    )
    return html_page(data.title, data.subtitle, body, FRAME_STYLE + STYLE)


def write_report(data: ReportData, path: str | os.PathLike[str]) -> Path:
    """Write the page beside its place and move it there, so that it is whole or not there.

    Args:
        data: what it shows.
        path: of the HTML file; its folder is made.

    Returns:
        The path.

    Raises:
        OSError: if it cannot be written.
    """
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        beside.write_text(report_page(data), encoding="utf-8")
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    return place


def _sections(data: ReportData) -> list[tuple[str, str]]:
    """The headings and what stands below them; empty where there is nothing."""
    return [
        ("Result", _result(data)),
        ("Course", course_figures(data.history, data.baseline, data.metric)),
        ("Confusion", _confusion(data)),
        ("Recall", _recall(data)),
        ("Neighbours", neighbours_rows(data.neighbours)),
        ("Pairs", _pairs(data)),
        ("Map", _maps(data)),
        ("Mislabelled", _mislabelled(data)),
        ("Hardest", _hardest(data)),
        ("Heatmaps", pictures(data.heatmaps, "Heatmaps", wide=True) if data.heatmaps else ""),
        ("Settings", _settings(data)),
    ]


def _warnings(data: ReportData) -> str:
    if not data.warnings:
        return ""
    items = "".join(f"<li>{html_text(warning)}</li>" for warning in data.warnings)
    return f'<ul class="warnings" aria-label="Warnings">{items}</ul>\n'


def _result(data: ReportData) -> str:
    names = list(dict.fromkeys([*data.baseline, *data.metrics]))
    names.sort(key=lambda name: name != data.metric)
    rows = []
    for name in names:
        before, after = data.baseline.get(name), data.metrics.get(name)
        between = (data.pretrained.get(name),) if data.pretrained else ()
        rows.append((name, before, *between, after, change(before, after)))
    if not rows:
        return ""
    without_labels = ("before labels",) if data.pretrained else ()
    headings = ("measure", "untouched model", *without_labels, "trained model", "change")
    return _verdict(data) + table("Result", headings, rows)


def _verdict(data: ReportData) -> str:
    before, after = data.baseline.get(data.metric), data.metrics.get(data.metric)
    if before is None or after is None:
        return ""
    is_better = after > before if data.larger_is_better else after < before
    kind, said = ("good", "better") if is_better else ("bad", "no better")
    return (
        f'<p class="verdict">{html_text(data.metric)} <strong>{figure(before)}</strong> → '
        f"<strong>{figure(after)}</strong>: the trained model is "
        f'<span class="{kind}">{said}</span> than the untouched one.</p>\n'
    )


def _recall(data: ReportData) -> str:
    ks = sorted({*data.recall_before, *data.recall_after})
    if not ks:
        return ""
    lines = [
        Series(name, sorted(values), [values[k] for k in sorted(values)])
        for name, values in (("before", data.recall_before), ("after", data.recall_after))
        if values
    ]
    rows = []
    for k in ks:
        before, after = data.recall_before.get(k), data.recall_after.get(k)
        rows.append((f"recall@{k}", before, after, change(before, after)))
    return (
        '<p class="soft">The share of samples with at least one of their class among the nearest k.'
        f"</p>\n{line_chart('Recall@k', 'k', lines)}\n"
        + table("Recall", ("k", "before", "after", "change"), rows)
    )


def _confusion(data: ReportData) -> str:
    if data.confusion is None or not data.classes:
        return ""
    return confusion_figure(data.confusion, data.classes)


def _pairs(data: ReportData) -> str:
    if not data.pairs:
        return ""
    rows = [(each.first, each.second, each.score, each.before, each.after) for each in data.pairs]
    headings = ("first", "second", "score", "cosine before", "cosine after")
    return (
        '<p class="soft">Pairs whose place by the cosine of the trained model is the farthest from '
        "their place by score. Look at them: the score may be wrong.</p>\n"
        + table("Pairs", headings, rows)
    )


def _maps(data: ReportData) -> str:
    figures = "".join(map_figure(each, data.classes) for each in data.maps)
    return f'<div class="charts">{figures}</div>' if figures else ""


def _mislabelled(data: ReportData) -> str:
    if not data.mislabelled:
        return ""
    return (
        '<p class="soft">Samples that a model which has not seen their label takes for another '
        "class, the surest first. Look at them, and correct what is wrong.</p>\n"
        + pictures(data.mislabelled, "Most likely mislabelled samples")
    )


def _hardest(data: ReportData) -> str:
    if not data.hardest:
        return ""
    return (
        '<p class="soft">Samples to whose own class the trained model gives the least.</p>\n'
        + pictures(data.hardest, "Hardest samples")
    )


def _settings(data: ReportData) -> str:
    rows = [
        (
            name,
            "not set" if data.config.get(name) is None else str(data.config[name]),
            data.reasons.get(name, ""),
        )
        for name in dict.fromkeys([*data.config, *data.reasons])
    ]
    return table("Settings", ("setting", "value", "why"), rows) if rows else ""


def _anchor(name: str) -> str:
    return name.lower()
