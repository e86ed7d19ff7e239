"""Looks at a collection: a table, a grid of images."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.operators.base import short
from towhee.types import Entity
from towhee.viz.thumbnail import data_uri

if TYPE_CHECKING:
    from towhee.functional.data_collection import DataCollection

_FORMATS = ("html", "plain", "grid", "rich")

Formatter = str | Callable[[Any], str]
"""How a column is shown: ``"image"``, ``"text"``, or a function that gives HTML."""


class Page:
    """Something to look at: HTML in a notebook, text where it is printed."""

    def __init__(self, page: str, text: str) -> None:
        self._page, self._text = page, text

    def _repr_html_(self) -> str:
        return self._page

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__


def table(
    collection: DataCollection,
    header: Sequence[str] | None,
    tablefmt: str,
    formatter: Mapping[str, Formatter],
) -> Page:
    """The rows as a table; ``formatter`` is looked up by a column's name, or by its header."""
    if tablefmt not in _FORMATS:
        raise UsageError(f"tablefmt is one of {', '.join(_FORMATS)}, not {tablefmt!r}")
    rows = [_cells(element) for element in collection]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    names = list(header or columns)
    if rows and len(names) != len(columns):
        raise UsageError(f"the header has {len(names)} names for {len(columns)} columns")
    formats = [formatter.get(c, formatter.get(n)) for c, n in zip(columns, names, strict=True)]
    cells = [[row.get(column, "") for column in columns] for row in rows]
    head = "".join(f"<th>{html.escape(str(name) or 'value')}</th>" for name in names)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{_html(*cell)}</td>" for cell in zip(row, formats, strict=True))
        + "</tr>"
        for row in cells
    )
    page = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    texts = [[short(value, 40) for value in row] for row in cells]
    return Page(page, _text(names, texts, " | " if tablefmt == "grid" else "  "))


def _cells(element: Any) -> dict[str, Any]:
    return dict(element) if isinstance(element, Entity) else {"": element}


def _text(names: Sequence[str], rows: Sequence[Sequence[str]], gap: str) -> str:
    lines = [[name or "value" for name in names], *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    return "\n".join(
        gap.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _html(value: Any, formatter: Formatter | None) -> str:
    if formatter == "image":
        return _picture(value)
    if callable(formatter):
        return str(formatter(value))
    return html.escape(short(value))


def _picture(value: Any) -> str:
    return f'<img src="{data_uri(value, 128)}" alt="{html.escape(short(value))}">'


def images(elements: Iterable[Any], title: str, cols: int) -> Page:
    """Images, or paths of images, as a grid."""
    pictures = [_picture(element) for element in elements]
    style = f"display:grid;grid-template-columns:repeat({cols},max-content);gap:8px"
    heading = f"<h3>{html.escape(title)}</h3>" if title else ""
    return Page(
        f'{heading}<div style="{style}">{"".join(pictures)}</div>', f"{len(pictures)} images"
    )
