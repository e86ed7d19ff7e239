"""``image_crop``: the parts of an image that boxes enclose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from towhee.errors import DataError, UsageError
from towhee.operators.base import Operator, short
from towhee.operators.image_transform.pixels import checked_image
from towhee.types.image import Image

Box: TypeAlias = "Sequence[float]"
"""``(left, top, right, bottom)`` in pixels, right and bottom just outside."""


class ImageCrop(Operator[Image, "Image | list[Image]"]):
    """Cut boxes out of images.

    Either one box is given for all images, or a second column gives each image its own: one
    box, which makes one image, or a list (or array) of boxes, which makes a list of images.

    Args:
        box: ``(left, top, right, bottom)`` in pixels; fractions are rounded.
        clamp: what stands outside the image is cut off the box; otherwise it is an error.

    Raises:
        UsageError: if the box is none, or neither or both of box and column are given.
        DataError: if a box is empty, or reaches outside the image.

    Example:
        >>> import numpy as np
        >>> image = np.zeros((40, 60, 3), np.uint8)
        >>> ImageCrop((10, 5, 30, 20))(image).shape
        (15, 20, 3)
        >>> [part.shape for part in ImageCrop()(image, [(0, 0, 8, 9), (1, 1, 3, 3)])]
        [(9, 8, 3), (2, 2, 3)]
    """

    def __init__(self, box: Box | None = None, *, clamp: bool = False) -> None:
        if box is not None and not _is_box(box):
            raise UsageError(f"box is (left, top, right, bottom), not {box!r}")
        self._box = None if box is None else tuple(box)
        self._clamp = clamp

    # Any: an image's boxes are one box, several, or an array of them.
    def batch(
        self, values: Sequence[Image], boxes: Sequence[Any] | None = None
    ) -> list[Image | list[Image]]:
        """The part or parts of each image, copied, in the mode that it has."""
        if (self._box is None) == (boxes is None):
            raise UsageError("boxes come either from box=… or from a second column, from one alone")
        if boxes is None:
            return [self._crop(checked_image(image), self._box) for image in values]
        pairs = zip(values, boxes, strict=True)
        return [self._crop_all(checked_image(image), of_image) for image, of_image in pairs]

    def __call__(self, value: Image, boxes: Any = None) -> Image | list[Image]:
        """The part of one image, or its parts."""
        return self.batch([value], None if boxes is None else [boxes])[0]

    def _crop_all(self, image: Image, boxes: Any) -> Image | list[Image]:
        if _is_box(boxes):
            return self._crop(image, boxes)
        if not isinstance(boxes, (Sequence, np.ndarray)) or isinstance(boxes, (str, bytes)):
            raise DataError(f"boxes are a list of (left, top, right, bottom), not {short(boxes)}")
        return [self._crop(image, box) for box in boxes]

    def _crop(self, image: Image, box: Any) -> Image:
        if not _is_box(box):
            raise DataError(f"a box is (left, top, right, bottom), not {short(box)}")
        height, width = image.shape[:2]
        left, top, right, bottom = (round(float(edge)) for edge in box)
        if self._clamp:
            left, top, right, bottom = (
                max(left, 0),
                max(top, 0),
                min(right, width),
                min(bottom, height),
            )
        if not (0 <= left < right <= width and 0 <= top < bottom <= height):
            raise DataError(
                f"box ({left}, {top}, {right}, {bottom}) is empty or reaches outside an image of "
                f"{width}x{height} pixels; correct it"
                + ("" if self._clamp else ", or pass clamp=True")
            )
        return Image(np.asarray(image)[top:bottom, left:right].copy(), image.mode)


def _is_box(value: Any) -> bool:
    """Whether it is four finite numbers."""
    try:
        edges = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return False
    return edges.shape == (4,) and bool(np.isfinite(edges).all())
