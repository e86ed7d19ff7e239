"""The rows of spreadsheets. The only module that imports openpyxl."""

from __future__ import annotations

import contextlib
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from towhee.errors import DataError, MissingExtraError

Cells = tuple[Any, ...]  # Any: what a cell holds: None, text, a number, a truth value or a time


def sheets(content: bytes, name: str) -> Iterator[tuple[str, Iterator[Cells]]]:
    """Each sheet of a workbook: its title, and its rows, which are read as they are asked for.

    Formulas give the values that they had when the workbook was saved.

    Args:
        content: of an ``.xlsx`` file that was checked as an archive.
        name: what messages call it.

    Raises:
        DataError: if it is damaged.
        MissingExtraError: if openpyxl is not installed.

    Source: https://openpyxl.readthedocs.io
    """
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise MissingExtraError("a spreadsheet", "documents") from error
    with _reading(name):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        yield sheet.title, _rows(sheet, name)


# Any: openpyxl has no types.
def _rows(sheet: Any, name: str) -> Iterator[Cells]:
    sheet.reset_dimensions()  # what the file states of its size need not be so
    rows = sheet.iter_rows(values_only=True)
    while True:
        with _reading(name):
            row = next(rows, None)
        if row is None:
            return
        yield _without_empty_end(row)


def _without_empty_end(row: Cells) -> Cells:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


@contextlib.contextmanager
def _reading(name: str) -> Iterator[None]:
    """Without warnings of what is left out (styles, charts); damage as one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (
        zipfile.BadZipFile,
        AttributeError,
        LookupError,
        OSError,
        SyntaxError,  # of XML, whichever of two libraries reads it
        TypeError,
        ValueError,
    ) as error:
        reason = str(error) or type(error).__name__
        raise DataError(f"{name} is no spreadsheet that can be read, or damaged: {reason}") from (
            error
        )


def sheets_text(content: bytes, name: str) -> str:
    """All sheets as a text: a line for each row, tabs between cells, a blank line between sheets.

    Empty rows are left out.

    Raises:
        DataError: if it is damaged, or has no cell that holds anything.
        MissingExtraError: if openpyxl is not installed.
    """
    texts = []
    for title, rows in sheets(content, name):
        lines = ["\t".join(map(_shown, row)) for row in rows if row]
        if lines:
            texts.append("\n".join([title, *lines]))
    if not texts:
        raise DataError(f"{name} has no cell that holds anything")
    return "\n\n".join(texts)


def _shown(value: Any) -> str:
    """A cell as a text of one line without tabs."""
    return "" if value is None else " ".join(str(value).split())
