"""The page for browsers."""

from towhee.serve.page.assembled import Page, page

__all__ = ["Page", "page"]
