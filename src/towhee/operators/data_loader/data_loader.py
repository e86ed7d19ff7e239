"""``data_loader``: the text of a document of any kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from towhee.errors import DataError
from towhee.fetch import read_bytes, source_name
from towhee.fetch.source import Source
from towhee.operators.base import Operator
from towhee.operators.data_loader.archive import (
    checked_members,
    is_encrypted_office,
    is_old_office,
    is_zip,
)
from towhee.operators.data_loader.html import html_text
from towhee.operators.data_loader.pdf import pdf_text
from towhee.operators.data_loader.plain import check_encoding, plain_text
from towhee.operators.data_loader.spreadsheet import sheets_text
from towhee.operators.data_loader.word import word_text

_PDF_WITHIN = 1024  # bytes of the beginning: some programs write lines of their own first
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_HTML_NAMES = (".html", ".htm", ".xhtml")


class DataLoader(Operator[Source, str]):
    """The text of a document: PDF, web page, Excel workbook, Word document, or plain text.

    The kind is told from the content, not from the name. Of a PDF, pages are parted by a form
    feed; of a workbook, rows are lines with tabs between the cells, as ``data_source.spreadsheet``
    gives them one by one; of a web page, scripts and styles are left out. Markdown, CSV, source
    code and the like are plain text, and given as they are.

    Args:
        encoding: of plain texts and web pages; UTF-8, or what they themselves say, if not given.
        password: that opens encrypted PDF files.

    Raises:
        UsageError: for an encoding that there is not.
        MissingExtraError: if a package that reads the document is not installed.

    Example:
        >>> DataLoader()(b"<html><body><h1>Towhees</h1><p>They scratch.</p></body></html>")
        'Towhees\\n\\nThey scratch.'
    """

    placement = "threads"
    reads_files = True
    extra = "documents"

    def __init__(self, *, encoding: str | None = None, password: str | None = None) -> None:
        check_encoding(encoding)
        self._encoding, self._password = encoding, password

    def content(self, value: Source) -> bytes:
        """The document's bytes."""
        return read_bytes(value)

    def batch(self, values: Sequence[Source]) -> list[str]:
        """The text of each path, address, or content.

        Raises:
            DataError: if it is missing, empty, damaged, encrypted, or of another kind.
        """
        return [self._text(read_bytes(value), source_name(value)) for value in values]

    def _text(self, content: bytes, name: str) -> str:
        if b"%PDF-" in content[:_PDF_WITHIN]:
            return pdf_text(content, name, password=self._password)
        if is_zip(content):
            return _archive_text(content, name)
        if is_encrypted_office(content):
            raise DataError(f"{name} is behind a password: open it in Office and save it without")
        if is_old_office(content):
            raise DataError(
                f"{name} is in the format of Office before 2007: save it as .docx or .xlsx"
            )
        if _HTML.match(content) or name.lower().endswith(_HTML_NAMES):
            return html_text(content, name, encoding=self._encoding)
        return plain_text(content, name, encoding=self._encoding)


def _archive_text(content: bytes, name: str) -> str:
    members = checked_members(content, name)
    if "word/document.xml" in members:
        return word_text(content, name)
    if "xl/workbook.xml" in members:
        return sheets_text(content, name)
    raise DataError(f"{name} is an archive that is neither a Word document nor an Excel workbook")
