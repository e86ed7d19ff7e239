"""From what a user calls a home to the home."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit
from urllib.request import url2pathname

from towhee.errors import UsageError
from towhee.hub.directory_home import DirectoryHome
from towhee.hub.home import Home
from towhee.hub.http_home import HttpHome
from towhee.hub.hugging_face_home import HuggingFaceHome
from towhee.operators.base import short

HOME = "TOWHEE_HUB"
"""The variable that names the home where none is given."""


def home_of(home: str | os.PathLike[str] | Home | None = None) -> Home:
    """The home that a text names.

    Args:
        home: a directory (``"/srv/packages"``, ``"file:///srv/packages"``), the http(s) address
            of an index, or ``"hf"`` for the Hugging Face Hub; if not given, what the variable
            ``TOWHEE_HUB`` says, or else the Hub.

    Raises:
        UsageError: if it is none of these.

    Example:
        >>> home_of("https://example.org/packages/").address
        'https://example.org/packages'
    """
    if home is None:
        home = os.environ.get(HOME) or HuggingFaceHome.address
    if not isinstance(home, (str, os.PathLike)):
        if isinstance(home, Home):
            return home
        raise UsageError(f"a home of packages is a directory or an address, not {short(home)}")
    text = os.fspath(home)
    if text == HuggingFaceHome.address:
        return HuggingFaceHome()
    scheme = re.match(r"([a-z][a-z0-9+.-]+):", text, re.IGNORECASE)
    if scheme is None or not isinstance(home, str):
        if not text:
            raise UsageError("a home of packages is a directory or an address, not ''")
        return DirectoryHome(text)
    if scheme[1].lower() == "file":
        return DirectoryHome(url2pathname(urlsplit(text).path))
    return HttpHome(text)
