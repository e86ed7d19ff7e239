"""``image_embedding.colorhist``: which colours a picture has, and how much of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import UsageError
from towhee.operators.base import Operator
from towhee.operators.image_embedding.pixels import as_image, image_content
from towhee.types import Image

_SPACES = ("hsv", "rgb")


class ColorHistogramEmbedding(Operator[Image, npt.NDArray[np.float32]]):
    """Embed images by their colours, wherever in the picture they are; no weights, no download.

    The pixels are counted in boxes of the colour space. The vector holds the square roots of their
    shares, so that it has unit length, and the inner product of two is the Bhattacharyya
    coefficient of the histograms: 1 for the same colours, 0 for none in common. Mirrored, turned
    and resized copies stay near; two pictures of one thing in another light do not.

    Args:
        bins: into how many each of the three axes is cut, between 2 and 16; vectors have
            ``bins ** 3`` numbers.
        color_space: ``"hsv"`` (hue, saturation, value) or ``"rgb"``.

    Raises:
        UsageError: for arguments that cannot be.

    Example:
        >>> embed = ColorHistogramEmbedding(bins=2, color_space="rgb")
        >>> pixels = np.zeros((2, 2, 3), np.uint8)
        >>> pixels[0] = 255
        >>> np.flatnonzero(embed(pixels)).tolist()
        [0, 7]

    Source: Swain and Ballard, "Color indexing", 1991.
    """

    placement = "threads"

    def __init__(self, *, bins: int = 8, color_space: str = "hsv") -> None:
        if not isinstance(bins, int) or not 2 <= bins <= 16:
            raise UsageError(f"bins is a number between 2 and 16, not {bins!r}")
        if color_space not in _SPACES:
            raise UsageError(f"color_space is one of {', '.join(_SPACES)}, not {color_space!r}")
        self._bins, self._space = bins, color_space

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        return self._bins**3

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def batch(self, values: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, bins ** 3) float32`` for images in any mode.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        if not len(values):
            return np.empty((0, self.dimension), np.float32)
        return np.stack([self._vector(as_image(value)) for value in values])

    def _vector(self, image: Image) -> npt.NDArray[np.float32]:
        pixels = np.asarray(image.to("RGB"))
        if self._space == "hsv":
            pixels = np.asarray(PIL.Image.fromarray(pixels).convert("HSV"))
        places = (np.arange(256) * self._bins // 256).astype(np.uint16)
        first, second, third = (places[pixels[:, :, axis]] for axis in range(3))
        boxes = (first * self._bins + second) * self._bins + third
        counts = np.bincount(boxes.ravel(), minlength=self.dimension)
        vector: npt.NDArray[np.float32] = np.sqrt(counts / counts.sum()).astype(np.float32)
        return vector
