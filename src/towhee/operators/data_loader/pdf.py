"""The text of PDF files. The only module that imports pypdf."""

from __future__ import annotations

import io

from towhee.errors import DataError, MissingExtraError
from towhee.operators.data_loader.quiet import quiet

PAGE_BREAK = "\f"
"""Between the texts of pages, as between printed ones."""


def pdf_text(content: bytes, name: str, *, password: str | None = None) -> str:
    """The text of all pages, with a form feed between one and the next.

    Args:
        content: of the file.
        name: what messages call it.
        password: that opens it, if it needs one.

    Raises:
        DataError: if it is damaged, encrypted, or holds no text.
        MissingExtraError: if pypdf is not installed.

    Source: https://pypdf.readthedocs.io
    """
    try:
        import pypdf
        from pypdf.errors import DependencyError, PyPdfError
    except ModuleNotFoundError as error:
        raise MissingExtraError("a PDF file", "documents") from error
    try:
        with quiet("pypdf"):
            reader = pypdf.PdfReader(io.BytesIO(content))
            if reader.is_encrypted and not reader.decrypt(password or ""):
                raise DataError(
                    f"{name} is encrypted: pass password= with the one that opens it"
                    + ("; the one that was given does not" if password else "")
                )
            pages = [page.extract_text() for page in reader.pages]
    except DependencyError as error:
        raise MissingExtraError("a PDF file with AES encryption", "documents") from error
    # pypdf answers damage with whatever its parts stumble over.
    except (
        PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        NotImplementedError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        if isinstance(error, DataError):
            raise
        reason = str(error) or type(error).__name__
        raise DataError(f"{name} is no PDF file that can be read, or damaged: {reason}") from error
    if not any(page.strip() for page in pages):
        raise DataError(
            f"{name} holds no text on its {len(pages)} pages, which may be pictures of text: let "
            "a program that recognises characters write their text into it"
        )
    return PAGE_BREAK.join(pages)
