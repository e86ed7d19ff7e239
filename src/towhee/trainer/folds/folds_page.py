"""A cross-validation as one page."""

from __future__ import annotations

from towhee.trainer.folds.cross_validation import CrossValidation
from towhee.trainer.report.style import STYLE
from towhee.trainer.report.tables import table
from towhee.viz.html_text import html_text
from towhee.viz.page import html_page


def folds_page(found: CrossValidation) -> str:
    """A whole HTML page that needs no other file; the folds' own reports are linked."""
    headings, *rows = found.rows()
    warnings = "".join(f"<li>{html_text(each)}</li>" for each in found.warnings)
    links = "".join(
        f'<li><a href="{html_text(str(report.relative_to(found.folder)))}">fold {number}</a></li>'
        for number, fold in enumerate(found.folds, 1)
        if (report := fold.result.report) is not None
    )
    body = (
        (f'<ul class="warnings" aria-label="Warnings">{warnings}</ul>\n' if warnings else "")
        + "<main>\n<p>Every sample is measured once, by a model that was trained on the samples of "
        "the other folds. Both columns of a measure are of the same samples.</p>\n"
        + table("Folds", [str(each) for each in headings], rows)
        + f"\n<h2>Reports</h2>\n<ul>{links}</ul>\n</main>"
    )
    return html_page("Cross-validation", str(found), body, STYLE)
