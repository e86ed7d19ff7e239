"""Search results as a page: each query at the left, its neighbours at the right."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from towhee.viz.thumbnail import data_uri

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2327; --soft: #6b7580; --line: #e4e7ea; --page: #fbfbfa;
  --mark: #b4532a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e3; --soft: #9aa3ab; --line: #2d3238; --page: #16191c; --mark: #e08a5f; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 3rem clamp(1rem, 4vw, 4rem); background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; font-weight: 600; letter-spacing: -.01em; }
header p { margin: 0 0 2rem; color: var(--soft); }
section { display: flex; gap: 2rem; padding: 1.5rem 0; border-top: 1px solid var(--line); }
ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(VARpx, 1fr)); gap: 1.25rem;
  flex: 1; margin: 0; padding: 0; list-style: none; }
figure { margin: 0; width: VARpx; max-width: 100%; }
section > figure { flex: none; }
img, .missing { display: block; width: 100%; aspect-ratio: 1; object-fit: contain;
  border-radius: 8px; background: var(--line); }
section > figure img { outline: 2px solid var(--mark); outline-offset: 2px; }
.missing { display: grid; place-items: center; padding: 1rem; color: var(--soft);
  text-align: center; font-size: .8rem; }
figcaption { margin-top: .5rem; overflow-wrap: anywhere; font-size: .85rem; }
.score { display: block; color: var(--soft); font-variant-numeric: tabular-nums; }
@media (max-width: 640px) { section { flex-direction: column; gap: 1rem; }
  ol { grid-template-columns: repeat(auto-fill, minmax(110px, 1fr)); } }
"""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One result.

    Attributes:
        image: a path, a PIL image, an ``Image``, or an RGB array.
        caption: what to write below it.
        score: its distance or similarity.
    """

    image: Any
    caption: str
    score: float


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A query and its results.

    Attributes:
        query: the picture that was searched with: a path, a PIL image, an ``Image``, an array.
        neighbours: what was found, the nearest first.
        caption: what to write below the query; its path if it is one.
    """

    query: Any
    neighbours: tuple[Neighbour, ...]
    caption: str = ""


def result_grid(
    rows: Sequence[ResultRow], *, title: str, subtitle: str = "", thumbnail: int = 160
) -> str:
    """A whole HTML page that needs no other file.

    Args:
        rows: the queries and what they found.
        title: the page's heading.
        subtitle: a line below it.
        thumbnail: the longest side of a picture, in pixels.

    Example:
        >>> page = result_grid([], title="Nothing <found>")
        >>> "Nothing &lt;found&gt;" in page
        True
    """
    side = 2 * thumbnail  # sharp on screens that draw two pixels for one
    sections = "\n".join(_section(row, side) for row in rows)
    heading = html.escape(title)
    about = f"<p>{html.escape(subtitle)}</p>" if subtitle else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading}</title>\n<style>{_STYLE.replace('VAR', str(thumbnail))}</style>\n"
        f"</head>\n<body>\n<header><h1>{heading}</h1>{about}</header>\n"
        f"<main>\n{sections}\n</main>\n</body>\n</html>\n"
    )


def _section(row: ResultRow, side: int) -> str:
    caption = row.caption or (row.query if isinstance(row.query, str) else "query")
    found = "\n".join(
        f"<li>{_figure(near.image, near.caption, side, near.score)}</li>" for near in row.neighbours
    )
    return f"<section>\n{_figure(row.query, caption, side)}\n<ol>\n{found}\n</ol>\n</section>"


def _figure(image: Any, caption: str, side: int, score: float | None = None) -> str:
    text = html.escape(caption)
    try:
        picture = f'<img src="{data_uri(image, side)}" alt="{text}" loading="lazy">'
    except (OSError, ValueError, TypeError) as error:
        reason = html.escape(f"{type(error).__name__}: {error}"[:160])
        label = f'class="missing" role="img" aria-label="{text}"'
        picture = f"<div {label}>cannot be shown<br>{reason}</div>"
    shown = "" if score is None else f'<span class="score">{score:.3f}</span>'
    return f"<figure>{picture}<figcaption>{text}{shown}</figcaption></figure>"
