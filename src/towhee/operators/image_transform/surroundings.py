"""Weighted sums of the pixels around each pixel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def weighted_sums(
    pixels: npt.NDArray[np.uint8], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.uint8]:
    """The sums of the surroundings of all pixels, rounded, within 0 to 255.

    At the border, pixels are mirrored about the last one, as OpenCV does.

    Args:
        pixels: ``(height, width)`` or ``(height, width, channels)``.
        weights: a matrix; its middle lies on the pixel.
    """
    height, width = pixels.shape[:2]
    margins = [(side // 2, side - 1 - side // 2) for side in weights.shape]
    padded = np.pad(pixels, [*margins, (0, 0)][: pixels.ndim], mode="reflect")
    total = np.zeros(pixels.shape)
    for (row, column), weight in np.ndenumerate(weights):
        total += weight * padded[row : row + height, column : column + width]
    # What is half but for the rounding of the sums is rounded as a half, to the even number.
    rounded: npt.NDArray[np.uint8] = np.clip(np.rint(total.round(9)), 0, 255).astype(np.uint8)
    return rounded
