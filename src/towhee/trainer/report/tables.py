"""Figures in tables, which scroll sideways where they do not fit."""

from __future__ import annotations

import numbers
import re
from collections.abc import Iterable, Sequence
from typing import Any

from towhee.trainer.report.scale import figure
from towhee.viz.html_text import html_text


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows under a heading each; the first column names its row.

    Args:
        name: what the table holds, for those who do not see it.
        columns: their headings.
        rows: a value for each column; numbers stand at the right, None is left empty.
    """
    body = [list(row) for row in rows]
    numeric = [
        bool(body) and all(_stands_right(row[place]) for row in body)
        for place in range(len(columns))
    ]
    sides = [' class="number"' if right else "" for right in numeric]
    head = "".join(
        f'<th scope="col"{side}>{html_text(column)}</th>'
        for column, side in zip(columns, sides, strict=True)
    )
    lines = "\n".join(
        "<tr>"
        + f'<th scope="row"{sides[0]}>{said(row[0])}</th>'
        + "".join(
            f"<td{side}>{said(value)}</td>" for value, side in zip(row[1:], sides[1:], strict=True)
        )
        + "</tr>"
        for row in body
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{html_text(name)}">'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div>"
    )


def is_number(value: Any) -> bool:
    """Whether it is a figure."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def change(before: float | None, after: float | None) -> str | None:
    """What was gained, with its sign; None if one of them is not known.

    Example:
        >>> change(0.5, 0.75)
        '+0.2500'
    """
    return None if before is None or after is None else f"{after - before + 0.0:+.4f}"


def said(value: Any) -> str:
    """The value for HTML."""
    if value is None:
        return ""
    if is_number(value) and not isinstance(value, numbers.Integral):
        return html_text(figure(float(value)))
    return html_text(str(value))


def _stands_right(value: Any) -> bool:
    return value is None or is_number(value) or bool(re.fullmatch(r"[+-][\d.]+", str(value)))
