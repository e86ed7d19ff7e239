"""Numbers as colours whose lightness rises evenly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_STOPS = np.array(
    [
        (0, 0, 4),
        (11, 7, 36),
        (33, 12, 74),
        (61, 9, 101),
        (87, 16, 110),
        (113, 25, 110),
        (138, 34, 106),
        (163, 44, 97),
        (188, 55, 84),
        (210, 70, 68),
        (228, 90, 49),
        (241, 115, 29),
        (249, 142, 9),
        (252, 172, 17),
        (249, 203, 53),
        (242, 234, 105),
        (252, 255, 164),
    ],
    np.float64,
)
"""Of "inferno", at even distances: from black over red to a light yellow."""


def heat_colors(levels: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """A colour for each number between 0 and 1.

    Args:
        levels: of any shape; what is below 0 or above 1 has the colour of the end.

    Returns:
        Red, green and blue between 0 and 255, in a last axis.

    Example:
        >>> heat_colors(np.array([0.0, 0.5, 1.0])).tolist()
        [[0.0, 0.0, 4.0], [188.0, 55.0, 84.0], [252.0, 255.0, 164.0]]

    Source: N. J. Smith and S. van der Walt, "A Better Default Colormap for Matplotlib", 2015,
    https://bids.github.io/colormap/ (CC0), whose 256 colours these 17 meet within a few levels.
    """
    places = np.linspace(0, 1, len(_STOPS))
    return np.stack([np.interp(levels, places, stops) for stops in _STOPS.T], axis=-1)
