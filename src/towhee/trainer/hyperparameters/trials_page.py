"""A search as one page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from towhee.trainer.hyperparameters.search_result import trial_rows
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.report.curves import Series, line_chart
from towhee.trainer.report.style import STYLE
from towhee.trainer.report.tables import table
from towhee.viz.html_text import html_text
from towhee.viz.page import html_page


def trials_page(
    trials: Sequence[Trial],
    metric: str,
    baseline: Mapping[str, float],
    *,
    larger_is_better: bool,
    subtitle: str,
    notes: Sequence[str] = (),
    report: str | None = None,
) -> str:
    """A whole HTML page that needs no other file.

    Args:
        trials: in order.
        metric: the measure that decides.
        baseline: the measures of the untouched model.
        larger_is_better: whether the measure should rise.
        subtitle: a line below the heading.
        notes: what the user should know.
        report: the path of the best trial's own report, from this page.
    """
    headings, *rows = trial_rows(trials, metric, baseline)
    warnings = "".join(f"<li>{html_text(each)}</li>" for each in notes)
    link = (
        f'<p><a href="{html_text(report)}">The report of the best trial</a></p>' if report else ""
    )
    body = (
        (f'<ul class="warnings" aria-label="Notes">{warnings}</ul>\n' if warnings else "")
        + f"<main>\n{_course(trials, metric, baseline, larger_is_better)}\n"
        + table("Trials", headings, rows)
        + f"\n{link}\n</main>"
    )
    return html_page("Trials", subtitle, body, STYLE)


def _course(
    trials: Sequence[Trial], metric: str, baseline: Mapping[str, float], larger_is_better: bool
) -> str:
    """Each trial's measure, and the best so far."""
    known = [trial for trial in trials if trial.state == "complete" and trial.value is not None]
    if not known:
        return ""
    places = [float(trial.number) for trial in known]
    values = [float(trial.value or 0.0) for trial in known]
    better = max if larger_is_better else min
    best: list[float] = []
    for value in values:
        best.append(better(best[-1], value) if best else value)
    return line_chart(
        f"{metric} of each trial",
        "trial",
        [Series("trial", places, values), Series("best so far", places, best)],
        baseline.get(metric, math.nan),
    )
