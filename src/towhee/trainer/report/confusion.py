"""Which class is taken for which, as a matrix and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.trainer.metrics.classification import f1_by_class
from towhee.trainer.report.tables import table
from towhee.viz.html_text import html_text

_MOST = 30  # classes that a matrix shows
_CELL, _ABOVE = 28, 8
_LETTER = 7.2
_LONGEST = 18
_PAIRS = 10


def confusion_figure(counts: npt.NDArray[Any], classes: Sequence[str]) -> str:
    """The matrix, the pairs that are confused most, and the measures of each class.

    Of more than thirty classes those with the most mistakes are drawn; the tables hold all.

    Args:
        counts: ``(classes, classes)``, a row for each true class.
        classes: their names.
    """
    matrix = np.asarray(counts, np.int64)
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    shown = np.arange(len(classes))
    note = "Rows are the true classes, columns what the model says; colours are shares of a row."
    if len(classes) > _MOST:
        most = np.argsort(-(wrong.sum(axis=0) + wrong.sum(axis=1)), kind="stable")[:_MOST]
        shown = np.sort(most)
        note += f" Of {len(classes)} classes the {_MOST} with the most mistakes are shown."
    return (
        f'<p class="soft">{note}</p>\n'
        f"{_matrix(matrix, shown, classes)}\n{_confused(matrix, wrong, classes)}\n"
        f"<details><summary>Measures of each class</summary>\n{_by_class(matrix, classes)}\n"
        "</details>"
    )


def _matrix(
    matrix: npt.NDArray[np.int64], shown: npt.NDArray[np.int64], classes: Sequence[str]
) -> str:
    names = [_short(classes[number]) for number in shown]
    gutter = 14 + _LETTER * max(len(name) for name in names)
    size = _CELL * len(shown)
    cells = []
    for row, true in enumerate(shown):
        total = max(1, int(matrix[true].sum()))
        y = gutter + row * _CELL
        cells.append(
            f'<text x="{gutter - 6:.1f}" y="{y + 18:.1f}" text-anchor="end">'
            f"{html_text(names[row])}</text>"
        )
        for column, named in enumerate(shown):
            count = int(matrix[true, named])
            cells.append(
                _cell(
                    gutter + column * _CELL,
                    y,
                    count,
                    count / total,
                    true == named,
                    f"{classes[true]} taken for {classes[named]}: {count} of {matrix[true].sum()}",
                )
            )
    heads = "".join(
        f'<text transform="translate({gutter + column * _CELL + 18:.1f} {gutter - 6:.1f}) '
        f'rotate(-90)">{html_text(name)}</text>'
        for column, name in enumerate(names)
    )
    side = gutter + size + _ABOVE
    # Larger than a telephone it scrolls; smaller than the page it is not blown up.
    widths = f"max-width:{1.3 * side:.0f}px;min-width:{min(0.8 * side, 640):.0f}px"
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">'
        f'<svg class="mat" style="{widths}" '
        f'viewBox="0 0 {side:.1f} {side:.1f}" role="img" aria-label="Confusion matrix">'
        f"{heads}{''.join(cells)}</svg></div>"
    )


def _cell(x: float, y: float, count: int, share: float, is_right: bool, title: str) -> str:
    colour = "none" if not count else "right" if is_right else "wrong"
    strength = 1.0 if not count else 0.12 + 0.88 * share
    text = ""
    if count:
        small = ' style="font-size:9px"' if count >= 1000 else ""
        text = (
            f'<text class="{"on" if strength > 0.55 else "ink"}" x="{x + _CELL / 2 - 1:.1f}" '
            f'y="{y + 18:.1f}" text-anchor="middle"{small}>'
            f"{count}</text>"
        )
    return (
        f"<g><title>{html_text(title)}</title>"
        f'<rect class="{colour}" x="{x:.1f}" y="{y:.1f}" width="{_CELL - 2}" '
        f'height="{_CELL - 2}" fill-opacity="{strength:.3f}"/>{text}</g>'
    )


def _confused(
    matrix: npt.NDArray[np.int64], wrong: npt.NDArray[np.int64], classes: Sequence[str]
) -> str:
    order = np.argsort(-wrong, axis=None, kind="stable")[:_PAIRS]
    rows = []
    for true, named in zip(*np.unravel_index(order, wrong.shape), strict=True):
        if wrong[true, named]:
            of = int(matrix[true].sum())
            rows.append((classes[true], classes[named], int(wrong[true, named]), of))
    if not rows:
        return "<p>No sample is taken for another class.</p>"
    title = "Confused most"
    return f"<h3>{title}</h3>\n" + table(title, ("true class", "taken for", "times", "of"), rows)


def _by_class(matrix: npt.NDArray[np.int64], classes: Sequence[str]) -> str:
    right = np.diagonal(matrix).astype(np.float64)
    support, named = matrix.sum(axis=1), matrix.sum(axis=0)
    recall = np.divide(right, support, out=np.zeros_like(right), where=support > 0)
    precision = np.divide(right, named, out=np.zeros_like(right), where=named > 0)
    rows = zip(
        classes,
        precision.tolist(),
        recall.tolist(),
        f1_by_class(matrix).tolist(),
        support.tolist(),
        strict=True,
    )
    return table("Measures of each class", ("class", "precision", "recall", "F1", "samples"), rows)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
