"""From the grid of a network's places to the pixels of the image that it was given."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in the image's own pixels; it may reach beyond the image."""


def on_pixels(
    grid: npt.NDArray[np.float64], box: Box, size: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """The grid laid over the part of an image that it belongs to, its sum kept.

    What a place has is spread around its middle as bilinear interpolation does it, and no further
    than the box.

    Args:
        grid: ``(rows, columns)``.
        box: which part of the image it covers.
        size: width and height of the image in pixels.

    Returns:
        ``(height, width)``: 0 outside the box. What lies outside the image is lost: places of a
        border with which the image was filled up.

    Example:
        >>> on_pixels(np.array([[1.0, 3.0]]), (0, 0, 2, 1), (3, 1)).tolist()
        [[1.0, 3.0, 0.0]]
    """
    left, top, right, bottom = box
    across = _spread(grid.shape[1], left, right, size[0])
    down = _spread(grid.shape[0], top, bottom, size[1])
    spread: npt.NDArray[np.float64] = down @ grid @ across.T
    return spread


def _spread(cells: int, start: float, end: float, pixels: int) -> npt.NDArray[np.float64]:
    """How much of each cell falls on each pixel of a line, ``(pixels, cells)``.

    Columns sum to 1, but for what falls on pixels that the line does not have.
    """
    first, last = min(0, int(np.floor(start))), max(pixels, int(np.ceil(end)))
    middles = np.arange(first, last) + 0.5
    # A pixel that the box covers in part gets that part.
    covered = np.clip(np.minimum(middles + 0.5, end) - np.maximum(middles - 0.5, start), 0, 1)
    places = np.clip((middles - start) / (end - start) * cells - 0.5, 0, cells - 1)
    weights = np.clip(1 - np.abs(places[:, None] - np.arange(cells)), 0, 1) * covered[:, None]
    sums = weights.sum(0)
    nearest = np.clip(np.arange(cells) + 0.5, None, cells)  # for cells smaller than a pixel
    for cell in np.flatnonzero(sums == 0):
        middle = start + nearest[cell] / cells * (end - start)
        weights[int(np.floor(middle)) - first, cell] = 1
    sums = weights.sum(0)
    spread: npt.NDArray[np.float64] = (weights / sums)[-first : pixels - first]
    return spread
