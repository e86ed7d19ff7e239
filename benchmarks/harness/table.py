"""Tables of figures as lines of text, columns lined up."""

from __future__ import annotations

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The rows under the header; the first column to the left, the others to the right.

    ``None`` is shown as a dash.

    Example:
        >>> print(table(("name", "MiB"), [("a", 1.5), ("bc", None)]))
        name  MiB
        a     1.5
        bc      -
    """
    cells = [list(header), *([_shown(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return "\n".join(_line(row, widths) for row in cells)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0].ljust(widths[0])
    rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join([first, *rest]).rstrip()


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
