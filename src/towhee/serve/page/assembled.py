"""The parts of the page, which lie beside this file, as one."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent
_SCRIPTS = ("figures.js", "calls.js", "fields.js", "page.js")


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser is sent.

    Attributes:
        content: HTML with its style and its script inside.
        policy: what the page may do: run that script and that style, call where it came from, and
            show pictures that were in answers. Nothing else, whatever gets into it.
    """

    content: bytes
    policy: str


def page(max_body: int) -> Page:
    """The page.

    Args:
        max_body: bytes of a request that the server takes, for a message before they are sent.
    """
    style = _read("page.css")
    script = "\n".join(map(_read, _SCRIPTS))
    content = _read("page.html").replace("{{max_body}}", str(max_body))
    content = content.replace("{{style}}", style).replace("{{script}}", script)
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "connect-src 'self'; img-src data: blob:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return Page(content.encode(), policy)


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a policy calls a text by, so that this one may be within the page and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
