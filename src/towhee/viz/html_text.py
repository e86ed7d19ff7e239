"""Text for HTML, whoever wrote it."""

from __future__ import annotations

import html
import re


def html_text(text: str) -> str:
    """The text for HTML: escaped, with a sign in place of what no page may hold."""
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}"
        if ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 or 0xD800 <= ord(sign) < 0xE000
        else sign
        for sign in text
    )
    return html.escape(shown)


def breakable_text(text: str) -> str:
    """`html_text` that may break where the parts of a file's name meet."""
    return re.sub(r"(?<=[_/\\-])(?=\w)|(?=\.\w+$)", "<wbr>", html_text(text))
