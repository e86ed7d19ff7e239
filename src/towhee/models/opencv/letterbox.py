"""An image within the square that a detector takes, with its proportions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from towhee.models.opencv.importing import import_opencv

_GREY = 114  # of what is not covered by the image, as the models were trained


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How an image lies in the square.

    Attributes:
        scale: by which both of its sides are multiplied.
        left: where it begins, in pixels of the square.
        top: the same from above.
    """

    scale: float
    left: int
    top: int

    def in_image(self, boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Boxes ``(n, 4)`` of the square as those of the image."""
        start = np.array([self.left, self.top, self.left, self.top], np.float32)
        moved: npt.NDArray[np.float32] = (boxes - start) / np.float32(self.scale)
        return moved


def letterboxed(
    image: npt.NDArray[np.uint8], side: int, *, is_centred: bool
) -> tuple[npt.NDArray[np.uint8], Letterbox]:
    """The image in a grey square, and how it lies there.

    Args:
        image: ``(height, width, 3) uint8``.
        side: of the square, in pixels.
        is_centred: whether it lies in the middle; in the upper left corner otherwise.
    """
    cv2 = import_opencv("object_detection.opencv")
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size != (width, height):
        image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    left, top = ((side - size[0]) // 2, (side - size[1]) // 2) if is_centred else (0, 0)
    square = np.full((side, side, 3), _GREY, np.uint8)
    square[top : top + size[1], left : left + size[0]] = image
    return square, Letterbox(scale, left, top)
