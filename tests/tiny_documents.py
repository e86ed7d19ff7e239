"""Small documents of each kind, as their own programs write them."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence


def pdf_of(pages: Sequence[str]) -> bytes:
    """A PDF file, written by hand: a page for each text, a line for each of its lines."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects.append(font)
    kids = []
    for page in pages:
        shown = b" T* ".join(b"(" + line.encode("latin-1") + b") Tj" for line in page.split("\n"))
        stream = b"BT /F1 12 Tf 72 720 Td 14 TL " + shown + b" ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    made, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )


def encrypted(pdf: bytes, password: str, algorithm: str) -> bytes:
    """The same PDF file behind a password."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt(password, algorithm=algorithm)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


SOLD = (
    ("bird", "grams", "seen"),
    ("towhee", 40.5, datetime.datetime(2024, 5, 1)),
    ("wren", 10, None),
)


def workbook() -> bytes:
    """An Excel workbook of two sheets, the second of which is called ``notes``."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "birds"
    for row in SOLD:
        sheet.append(row)
    notes = book.create_sheet("notes")
    notes["B3"] = "two\nlines"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def word_document() -> bytes:
    """A Word document with a heading, a paragraph and a table."""
    import docx

    document = docx.Document()
    document.add_heading("Towhees")
    document.add_paragraph("They scratch.")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "towhee", "40 g"
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    """A ZIP archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()
