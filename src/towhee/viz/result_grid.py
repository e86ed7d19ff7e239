"""Search results as a page: each query at the left, its neighbours at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from towhee.errors import UsageError
from towhee.viz.html_text import breakable_text
from towhee.viz.page import html_page
from towhee.viz.picture_frame import FRAME_STYLE, Picture, file_name, picture_frame

_STYLE = """
section { display: flex; gap: 2.5rem; padding: 2rem 0; border-top: 1px solid var(--line);
  break-inside: avoid; }
ol { flex: 1; display: grid; gap: 1.75rem 1.25rem; margin: 0; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, SIDEpx), 1fr)); }
figure { width: SIDEpx; max-width: 100%; margin: 0; }
section > figure { flex: none; }
.query .frame { outline: 2px solid var(--mark); outline-offset: 3px; }
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
    sections = [_section(place, row, 2 * thumbnail) for place, row in enumerate(rows, 1)]
    body = "\n".join(sections) or '<p class="none">There are no results to show.</p>'
    style = FRAME_STYLE + _STYLE.replace("SIDE", str(thumbnail))
    return html_page(title, subtitle, f"<main>\n{body}\n</main>", style)


def _section(place: int, row: ResultRow, side: int) -> str:
    name = f"query-{place}"
    caption = row.caption or file_name(row.query) or f"query {place}"
    found = "\n".join(_item(neighbour, side) for neighbour in row.neighbours)
    results = (
        f'<ol aria-label="What it found, the best first">\n{found}\n</ol>'
        if found
        else '<p class="none">It found nothing.</p>'
    )
    return (
        f'<section aria-labelledby="{name}">\n'
        f'<figure class="query">{picture_frame(row.query, f"Query: {caption}", side)}'
        f'<figcaption><h2 id="{name}"><bdi>{breakable_text(caption)}</bdi></h2>'
        f"</figcaption></figure>\n"
        f"{results}\n</section>"
    )


def _item(neighbour: Neighbour, side: int) -> str:
    score = f"{round(neighbour.score, 3) + 0.0:.3f}"  # adding zero makes -0.000 plain
    return (
        f"<li><figure>{picture_frame(neighbour.image, neighbour.caption, side)}"
        f"<figcaption><bdi>{breakable_text(neighbour.caption)}</bdi>"
        f'<data value="{float(neighbour.score)!r}">{score}</data></figcaption></figure></li>'
    )
