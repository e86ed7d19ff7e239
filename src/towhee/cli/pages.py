"""Pages of pictures: each query, and beside it what was found."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import DataError

if TYPE_CHECKING:
    import PIL.Image

logger = logging.getLogger(__name__)

_SIDE = 160  # pixels of a picture on the page
_DENSITY = 2  # pixels of a screen for one of the page


@dataclass(frozen=True, slots=True)
class Found:
    """One query and its neighbours.

    Attributes:
        query: the path or address of the query.
        neighbours: paths or addresses and their scores, the nearest first.
    """

    query: str
    neighbours: Sequence[tuple[str, float]]

    def as_json(self) -> dict[str, Any]:
        """It as plain values."""
        neighbours = [{"path": path, "score": score} for path, score in self.neighbours]
        return {"query": self.query, "neighbours": neighbours}


def write_page(path: Path, found: Sequence[Found], *, title: str, subtitle: str) -> None:
    """Write a page that stands alone: the pictures are inside it.

    A picture that is no longer where it was leaves a box that says so.
    """
    from towhee.viz.result_grid import Neighbour, ResultRow, result_grid

    rows = [
        ResultRow(
            _picture(row.query),
            tuple(
                Neighbour(_picture(name), _caption(name), score) for name, score in row.neighbours
            ),
            _caption(row.query),
        )
        for row in found
    ]
    page = result_grid(rows, title=title, subtitle=subtitle, thumbnail=_SIDE)
    path.write_text(page, encoding="utf-8", errors="backslashreplace")


def _picture(source: str) -> PIL.Image.Image | str:
    """A small picture of a path or an address, decoded as the pipelines decode it."""
    import numpy as np
    import PIL.Image

    from towhee.operators.image_decode.pil import PilImageDecode

    try:
        picture = PIL.Image.fromarray(np.asarray(PilImageDecode()(source)))
    except DataError as error:
        logger.info("no picture of %s: %s", source, error)
        return source
    picture.thumbnail((_DENSITY * _SIDE, _DENSITY * _SIDE))
    return picture


def _caption(source: str) -> str:
    return source.partition("?")[0].rstrip("/").rpartition("/")[2] or source
