"""``data_source.spreadsheet``: the rows of an Excel workbook."""

from __future__ import annotations

from collections.abc import Sequence

from towhee.errors import DataError
from towhee.fetch import read_bytes, source_name
from towhee.fetch.source import Source
from towhee.operators.base import Operator
from towhee.operators.data_loader.archive import checked_members, is_zip
from towhee.operators.data_loader.spreadsheet import sheets
from towhee.operators.data_source.table import rows_of
from towhee.types import Entity


class SpreadsheetDataSource(Operator[Source, list[Entity]]):
    """The rows of a sheet as entities, with numbers and times as such, for ``flat_map``.

    Args:
        sheet: the title of the sheet; the first one if not given.
        names: of the columns; the first row's values if not given.

    Raises:
        MissingExtraError: if openpyxl is not installed.

    Example:
        >>> rows = SpreadsheetDataSource(sheet="birds")("notes.xlsx")  # doctest: +SKIP
        >>> rows[0].grams  # doctest: +SKIP
        40
    """

    placement = "threads"
    reads_files = True
    extra = "documents"

    def __init__(self, *, sheet: str | None = None, names: Sequence[str] | None = None) -> None:
        self._sheet, self._names = sheet, names

    def content(self, value: Source) -> bytes:
        """The file's bytes."""
        return read_bytes(value)

    def batch(self, values: Sequence[Source]) -> list[list[Entity]]:
        """The rows of each path, address, or content.

        Raises:
            DataError: if it is missing, no ``.xlsx`` file, damaged, or has no such sheet.
        """
        return [self._rows(read_bytes(value), source_name(value)) for value in values]

    def _rows(self, content: bytes, name: str) -> list[Entity]:
        if not is_zip(content) or "xl/workbook.xml" not in checked_members(content, name):
            raise DataError(f"{name} is no Excel workbook: save it as .xlsx, without a password")
        titles = []
        for title, rows in sheets(content, name):
            if self._sheet in (None, title):
                return rows_of(rows, f"{name}, sheet {title!r}", self._names)
            titles.append(title)
        raise DataError(f"{name} has no sheet {self._sheet!r}; it has {', '.join(titles)}")
