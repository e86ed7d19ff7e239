"""Samples of a report: rows of pictures, or of captions where there are none."""

from __future__ import annotations

from collections.abc import Sequence

from towhee.trainer.report.report_data import Example, Neighbours
from towhee.viz.html_text import breakable_text, html_text
from towhee.viz.picture_frame import picture_frame

_SIDE = 128  # pixels of a thumbnail, which is shown about half as large
_WIDE = 448  # of a heatmap
_MARKS = {None: "", True: "right-one", False: "wrong-one"}


def pictures(examples: Sequence[Example], name: str, wide: bool = False) -> str:
    """The examples side by side.

    Args:
        examples: what to show.
        name: what they are, for those who do not see them.
        wide: large, for pictures in which something is to be seen.
    """
    if not examples:
        return '<p class="soft">None.</p>'
    side = _WIDE if wide else _SIDE
    items = "\n".join(f"<li>{_figure(example, side)}</li>" for example in examples)
    size = " wide" if wide else ""
    return f'<ol class="pictures{size}" aria-label="{html_text(name)}">\n{items}\n</ol>'


def neighbours_rows(found: Sequence[Neighbours]) -> str:
    """Each query with its neighbours before and after; those of its class have a full frame."""
    return "\n".join(
        f'<div class="query">{_figure(each.query, _SIDE)}<div>'
        f"<h3>Before{_share(each.before)}</h3>{pictures(each.before, 'Neighbours before')}"
        f"<h3>After{_share(each.after)}</h3>{pictures(each.after, 'Neighbours after')}"
        "</div></div>"
        for each in found
    )


def _share(examples: Sequence[Example]) -> str:
    asked = [example for example in examples if example.is_right is not None]
    right = sum(bool(example.is_right) for example in asked)
    return f": {right} of {len(asked)} of its class" if asked else ""


def _figure(example: Example, side: int) -> str:
    mark = {None: "", True: " (same class)", False: " (another class)"}[example.is_right]
    detail = f"<small>{html_text(example.detail)}</small>" if example.detail else ""
    caption = f"<bdi>{breakable_text(example.caption)}</bdi>{detail}"
    kind = f' class="{_MARKS[example.is_right]}"' if example.is_right is not None else ""
    if example.picture is None:
        return f'<figure{kind}><div class="plain">{caption}</div></figure>'
    frame = picture_frame(example.picture, example.caption + mark, side)
    return f"<figure{kind}>{frame}<figcaption>{caption}</figcaption></figure>"
