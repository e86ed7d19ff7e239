"""The text of Word documents. The only module that imports python-docx."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from towhee.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from docx.table import Table


def word_text(content: bytes, name: str) -> str:
    """Paragraphs with a blank line between them; of tables a line a row, tabs between cells.

    Args:
        content: of a ``.docx`` file that was checked as an archive.
        name: what messages call it.

    Raises:
        DataError: if it is damaged, or holds no text.
        MissingExtraError: if python-docx is not installed.

    Source: https://python-docx.readthedocs.io
    """
    try:
        import docx
        from docx.opc.exceptions import OpcError
        from docx.table import Table
        from lxml.etree import LxmlError
    except ModuleNotFoundError as error:
        raise MissingExtraError("a Word document", "documents") from error
    try:
        parts = [
            _table_text(part) if isinstance(part, Table) else part.text
            for part in docx.Document(io.BytesIO(content)).iter_inner_content()
        ]
    except (OpcError, LxmlError, AttributeError, LookupError, TypeError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise DataError(f"{name} is no Word document that can be read: {reason}") from error
    text = "\n\n".join(part for part in parts if part.strip())
    if not text:
        raise DataError(f"{name} holds no text")
    return text


def _table_text(table: Table) -> str:
    rows = ("\t".join(" ".join(cell.text.split()) for cell in row.cells) for row in table.rows)
    return "\n".join(row for row in rows if row.strip())
