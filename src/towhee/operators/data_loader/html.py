"""The text of web pages. The only module that imports Beautiful Soup."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from towhee.errors import DataError, MissingExtraError, one_line
from towhee.operators.data_loader.quiet import quiet

if TYPE_CHECKING:
    from bs4.element import PageElement

_UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "svg", "iframe", "object"})
_OWN_PARAGRAPH = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote"}
    | {"figure", "section", "article", "header", "footer", "main", "nav", "aside", "form"}
)
_OWN_LINE = frozenset(
    {"br", "div", "li", "dt", "dd", "tr", "caption", "figcaption", "hr", "option", "title"}
)
_CELL = frozenset({"td", "th"})
_SPACES = re.compile(r"[ \t\r\n\f]+")
_LINE, _PARAGRAPH = 1, 2

Part = tuple[str, bool] | int
"""A text and whether its spaces count, or how many ends of lines have to be there at least."""


def html_text(content: bytes, name: str, *, encoding: str | None = None) -> str:
    """What a reader of the page sees: paragraphs apart, an item a line, cells by tabs.

    Args:
        content: of the file.
        name: what messages call it.
        encoding: of its characters; what the page says, or looks like, if not given.

    Raises:
        DataError: if it is not to be made out, or nested too deeply.
        MissingExtraError: if Beautiful Soup is not installed.
    """
    try:
        import bs4
    except ModuleNotFoundError as error:
        raise MissingExtraError("a web page", "documents") from error
    try:
        with quiet("bs4"), warnings.catch_warnings():
            warnings.simplefilter("ignore", bs4.MarkupResemblesLocatorWarning)
            warnings.simplefilter("ignore", bs4.XMLParsedAsHTMLWarning)
            page = bs4.BeautifulSoup(content, "html.parser", from_encoding=encoding)
        return _text_of(_parts(page))
    except bs4.exceptions.ParserRejectedMarkup as error:
        reason = one_line(error)
        raise DataError(f"{name} is no web page that can be read: {reason}") from error
    except RecursionError as error:
        raise DataError(f"{name} nests its elements too deeply") from error


def _parts(element: PageElement, *, is_kept: bool = False) -> Iterator[Part]:
    """Texts, and the breaks between them, of an element and all inside it."""
    import bs4

    if isinstance(element, bs4.element.PreformattedString):  # comments, declarations
        return
    if isinstance(element, bs4.element.NavigableString):
        yield (str(element), True) if is_kept else (_SPACES.sub(" ", element), False)
        return
    if not isinstance(element, bs4.Tag) or element.name in _UNSEEN:
        return
    around = _break_around(element.name)
    yield around
    for child in element.children:
        yield from _parts(child, is_kept=is_kept or element.name == "pre")
    if element.name in _CELL:
        yield "\t", True
    yield around


def _break_around(tag: str) -> int:
    if tag in _OWN_PARAGRAPH:
        return _PARAGRAPH
    return _LINE if tag in _OWN_LINE else 0


def _text_of(parts: Iterable[Part]) -> str:
    """The texts, with one break where several meet and one space where several do."""
    made: list[str] = []
    lines = _PARAGRAPH  # as if something stood in front of the page
    for part in parts:
        if isinstance(part, int):
            lines = max(lines, part)
            continue
        text, is_kept = part
        if not is_kept and (lines or made[-1].endswith((" ", "\n", "\t"))):
            text = text.removeprefix(" ")
        if text:
            if lines and made:
                made[-1] = made[-1].rstrip(" \t")
                made.append("\n" * lines)
            made.append(text)
            lines = 0
    return "".join(made).strip()
