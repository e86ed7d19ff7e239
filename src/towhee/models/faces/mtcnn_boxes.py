"""What MTCNN does with boxes between its networks.

Boxes are ``(n, 4) float32``: left, top, right and bottom in pixels, the last two included, as the
published code counts them.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Overlap = Literal["union", "smaller"]

CELL = 12
"""The side of what the first network looks at."""

_STRIDE = 2


def pyramid(height: int, width: int, *, min_size: float, step: float) -> list[float]:
    """The scales at which an image is looked at, so that faces of each size are 12 pixels once."""
    scale = CELL / min_size
    scales = []
    while min(height, width) * scale >= CELL:
        scales.append(scale)
        scale *= step
    return scales


def proposed(
    scores: Floats, offsets: Floats, *, scale: float, least: float
) -> tuple[Floats, Floats, Floats]:
    """Boxes in the image as it was, their scores, and how far their edges are off.

    Args:
        scores: of every square, ``(h, w)``.
        offsets: ``(4, h, w)``, in parts of the square's side.
        scale: at which the image was looked at.
        least: the least score that is kept.
    """
    rows, columns = np.nonzero(scores >= least)
    corner = np.stack([columns, rows], axis=1).astype(np.float32) * _STRIDE
    upper = np.floor((corner + 1) / np.float32(scale))
    lower = np.floor((corner + CELL) / np.float32(scale))
    boxes = np.concatenate([upper, lower], axis=1)
    return boxes, scores[rows, columns], offsets[:, rows, columns].T


def moved(boxes: Floats, offsets: Floats, *, border: int = 1) -> Floats:
    """The boxes with each edge moved by a part of the side.

    Args:
        boxes: which.
        offsets: ``(n, 4)``, in parts of the side.
        border: 1 where the last pixel counts for the side.
    """
    sides = boxes[:, 2:] - boxes[:, :2] + border
    changed: Floats = boxes + offsets * np.tile(sides, 2)
    return changed


def squared(boxes: Floats) -> Floats:
    """The squares about the boxes that have their middle and the longer of their sides."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longer = sides.max(axis=1, keepdims=True)
    upper = boxes[:, :2] + sides * np.float32(0.5) - longer * np.float32(0.5)
    return np.concatenate([upper, upper + longer], axis=1)


def within(boxes: Floats, height: int, width: int) -> npt.NDArray[np.intp]:
    """Of each box what lies in the image, ``(n, 4)``; right and bottom are just outside."""
    whole = np.trunc(boxes).astype(np.intp)
    upper = np.maximum(whole[:, :2], 1) - 1
    lower = np.minimum(whole[:, 2:], (width, height))
    return np.concatenate([upper, lower], axis=1)


def distinct(
    boxes: Floats, scores: Floats, *, most: float, of: Overlap = "union", border: int = 0
) -> npt.NDArray[np.intp]:
    """The places of boxes that overlap no better one, the best first.

    Args:
        boxes: which.
        scores: of each.
        most: the overlap that two may have, as a part of what ``of`` says.
        of: their union, or the smaller of the two.
        border: 1 where the last pixel counts for the area.
    """
    sides = boxes[:, 2:] - boxes[:, :2] + border
    areas = sides[:, 0] * sides[:, 1]
    left = np.argsort(-scores, kind="stable")
    kept = []
    while left.size:
        best, left = left[0], left[1:]
        kept.append(best)
        upper = np.maximum(boxes[best, :2], boxes[left, :2])
        lower = np.minimum(boxes[best, 2:], boxes[left, 2:])
        common = np.maximum(lower - upper + border, 0).prod(axis=1)
        whole = areas[best] + areas[left] - common
        if of == "smaller":
            whole = np.minimum(areas[best], areas[left])
        left = left[common <= most * whole]
    return np.array(kept, np.intp)
