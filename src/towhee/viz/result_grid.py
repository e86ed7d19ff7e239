"""Search results as a page: each query at the left, its neighbours at the right."""

from __future__ import annotations

import html
import os
import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageOps

from towhee.errors import UsageError
from towhee.types import Image
from towhee.viz.thumbnail import data_uri

Picture = str | os.PathLike[str] | PIL.Image.Image | np.ndarray[Any, Any] | Image
"""A path, a PIL image, an array ``(h, w, 3) uint8`` taken as RGB, or an ``Image``."""

# What Pillow's readers and numpy raise on what is no picture, as fuzzing twenty formats shows.
_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    PIL.Image.DecompressionBombError,
    PIL.Image.DecompressionBombWarning,
)

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
section { display: flex; gap: 2.5rem; padding: 2rem 0; border-top: 1px solid var(--line);
  break-inside: avoid; }
ol { flex: 1; display: grid; gap: 1.75rem 1.25rem; margin: 0; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, SIDEpx), 1fr)); }
figure { width: SIDEpx; max-width: 100%; margin: 0; }
section > figure { flex: none; }
.frame { position: relative; display: grid; place-items: center; aspect-ratio: 1; overflow: hidden;
  border-radius: 10px; background: var(--frame); }
.query .frame { outline: 2px solid var(--mark); outline-offset: 3px; }
img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.unreadable { align-content: center; gap: .25rem; padding: .75rem; border: 1px dashed var(--soft);
  color: var(--soft); font-size: .8125rem; line-height: 1.35; text-align: center;
  overflow-wrap: anywhere; }
.unreadable strong { color: var(--ink); font-weight: 600; }
figcaption { margin-top: .625rem; font-size: .875rem; line-height: 1.4; overflow-wrap: anywhere; }
h2 { margin: 0; font: inherit; font-weight: 600; }
data { display: block; color: var(--soft); font-size: .8125rem;
  font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) {
  section { flex-direction: column; gap: 1.5rem; padding: 1.75rem 0; }
  .query { width: min(100%, 15rem); }
  ol { flex: none; gap: 1.25rem .875rem;
    grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); }
}
"""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One picture that was found.

    Attributes:
        image: the picture; one that cannot be read is shown as a box that says so.
        caption: what to write below it.
        score: its distance or similarity to the query.
    """

    image: Picture
    caption: str
    score: float


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A query and what it found.

    Attributes:
        query: the picture that was searched with.
        neighbours: what was found, in the order to show.
        caption: what to write below the query; by default the name of its file.

    Raises:
        UsageError: if ``neighbours`` is no tuple of ``Neighbour``.
    """

    query: Picture
    neighbours: tuple[Neighbour, ...]
    caption: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.neighbours, tuple):
            kind = type(self.neighbours).__name__
            raise UsageError(f"neighbours is a tuple of Neighbour, not a {kind}")
        for place, neighbour in enumerate(self.neighbours):
            if not isinstance(neighbour, Neighbour):
                kind = type(neighbour).__name__
                raise UsageError(f"neighbours[{place}] is a {kind}, not a Neighbour")


def result_grid(
    rows: Sequence[ResultRow], *, title: str, subtitle: str = "", thumbnail: int = 160
) -> str:
    """A whole HTML page that needs no other file, no script and no network.

    Its pictures are inside it, twice as fine as they are shown, for screens that draw two pixels
    for one. It follows the reader's choice of a light or a dark screen.

    Args:
        rows: the queries and what they found, in the order to show.
        title: the page's heading.
        subtitle: a line below it.
        thumbnail: the longest side of a picture on the page, in pixels; 1 or more.

    Raises:
        UsageError: if ``thumbnail`` is less than 1.

    Example:
        >>> page = result_grid([], title="Nothing <found>")
        >>> "<h1>Nothing &lt;found&gt;</h1>" in page
        True
    """
    if thumbnail < 1:
        raise UsageError(f"thumbnail is a side of 1 or more pixels, not {thumbnail}")
    heading = _text(title)
    about = f"\n<p>{_text(subtitle)}</p>" if subtitle else ""
    sections = [_section(place, row, 2 * thumbnail) for place, row in enumerate(rows, 1)]
    body = "\n".join(sections) or '<p class="none">There are no results to show.</p>'
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading}</title>\n<style>{_STYLE.replace('SIDE', str(thumbnail))}</style>\n"
        f"</head>\n<body>\n<header>\n<h1>{heading}</h1>{about}\n</header>\n"
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _section(place: int, row: ResultRow, side: int) -> str:
    name = f"query-{place}"
    caption = row.caption or _file_name(row.query) or f"query {place}"
    found = "\n".join(_item(neighbour, side) for neighbour in row.neighbours)
    results = (
        f'<ol aria-label="What it found, the best first">\n{found}\n</ol>'
        if found
        else '<p class="none">It found nothing.</p>'
    )
    return (
        f'<section aria-labelledby="{name}">\n'
        f'<figure class="query">{_frame(row.query, f"Query: {caption}", side)}'
        f'<figcaption><h2 id="{name}"><bdi>{_caption(caption)}</bdi></h2></figcaption></figure>\n'
        f"{results}\n</section>"
    )


def _item(neighbour: Neighbour, side: int) -> str:
    score = f"{round(neighbour.score, 3) + 0.0:.3f}"  # adding zero makes -0.000 plain
    return (
        f"<li><figure>{_frame(neighbour.image, neighbour.caption, side)}"
        f"<figcaption><bdi>{_caption(neighbour.caption)}</bdi>"
        f'<data value="{float(neighbour.score)!r}">{score}</data></figcaption></figure></li>'
    )


def _frame(picture: Picture, description: str, side: int) -> str:
    try:
        source = data_uri(_small(picture, side), side)
    except _UNREADABLE as error:
        return (
            f'<div class="frame unreadable" role="img" '
            f'aria-label="{_text(description)} (cannot be shown: {_text(_reason(error))})">'
            f"<strong>Cannot be shown</strong><span>{_text(_reason(error))}</span></div>"
        )
    return f'<div class="frame"><img src="{source}" alt="{_text(description)}"></div>'


def _small(picture: Picture, side: int) -> PIL.Image.Image:
    """The picture upright and without transparency, little larger than needed."""
    if isinstance(picture, Image):
        return PIL.Image.fromarray(np.asarray(picture.to("RGB")))
    if isinstance(picture, np.ndarray):
        return _opaque(PIL.Image.fromarray(picture))
    if isinstance(picture, PIL.Image.Image):
        return _opaque(picture)
    if not isinstance(picture, str | os.PathLike):
        raise TypeError(f"a value of type {type(picture).__name__} is no picture")
    with PIL.Image.open(picture) as image:
        image.draft("RGB", (side, side))  # a large JPEG is decoded at a fraction of its size
        return _opaque(PIL.ImageOps.exif_transpose(image))


def _opaque(image: PIL.Image.Image) -> PIL.Image.Image:
    """It on white, as a browser's white page shows it; 16 bits a pixel become 8."""
    if image.mode.startswith("I;16"):
        return PIL.Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    coloured = image.convert("RGBA")
    ground = PIL.Image.new("RGBA", coloured.size, "white")
    return PIL.Image.alpha_composite(ground, coloured).convert("RGB")


def _reason(error: BaseException) -> str:
    """Why it cannot be shown, in few words and without the names of folders."""
    if isinstance(error, PIL.UnidentifiedImageError):
        return "this is no picture"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"[:120]


def _file_name(picture: Picture) -> str:
    if isinstance(picture, str | os.PathLike):
        return os.path.basename(os.fspath(picture))
    return ""


def _caption(text: str) -> str:
    """The text for HTML, which may break where the parts of a file's name meet."""
    return re.sub(r"(?<=[_/\\-])(?=\w)|(?=\.\w+$)", "<wbr>", _text(text))


def _text(text: str) -> str:
    """The text for HTML: escaped, with a sign in place of what no page may hold."""
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}"
        if ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 or 0xD800 <= ord(sign) < 0xE000
        else sign
        for sign in text
    )
    return html.escape(shown)
