"""An HTML page that needs no other file, no script and no network."""

from __future__ import annotations

from towhee.viz.html_text import html_text

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

_STYLE = """
:root { color-scheme: light dark; --page: #fcfcfb; --frame: #f2f3f2; --ink: #1b2024;
  --soft: #68727b; --line: #e7e9e8; --mark: #b4532a; }
@media (prefers-color-scheme: dark) { :root { --page: #141719; --frame: #1d2124; --ink: #e9e7e3;
  --soft: #98a1a9; --line: #2a2f33; --mark: #e39068; } }
* { box-sizing: border-box; }
body { max-width: 90rem; margin: 0 auto; padding: clamp(1.5rem, 4vw, 3.5rem);
  background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  -webkit-text-size-adjust: 100%; }
header { margin-bottom: 2.5rem; }
h1 { margin: 0; font-size: 1.75rem; font-weight: 600; line-height: 1.2; letter-spacing: -.015em;
  text-wrap: balance; overflow-wrap: anywhere; }
header p, .none { margin: .5rem 0 0; color: var(--soft); }
"""


def html_page(title: str, subtitle: str, body: str, style: str) -> str:
    """A whole page, which follows the reader's choice of a light or a dark screen.

    Args:
        title: its heading.
        subtitle: a line below it; empty for none.
        body: HTML below the heading.
        style: CSS besides that of all pages, whose colours are ``--page``, ``--frame``, ``--ink``,
            ``--soft``, ``--line`` and ``--mark``.
    """
    heading = html_text(title)
    about = f"\n<p>{html_text(subtitle)}</p>" if subtitle else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading}</title>\n<style>{_STYLE}{style}</style>\n"
        f"</head>\n<body>\n<header>\n<h1>{heading}</h1>{about}\n</header>\n"
        f"{body}\n</body>\n</html>\n"
    )
