"""``face_crop``: faces cut out by their boxes and brought to one size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import DataError, UsageError
from towhee.operators.base import Operator
from towhee.operators.face_align.align import checked_side
from towhee.operators.face_align.faces import box_of, for_each_face, needed
from towhee.operators.image_embedding.pixels import as_image
from towhee.types import Image


class FaceCrop(Operator[Image, "Image | list[Image]"]):
    """Cut faces out by their boxes, as FaceNet's models are given them.

    A second column gives each image its face, which makes one image, or a list of faces, which
    makes a list of images.

    Args:
        size: the side, in pixels, of what is made.
        margin: how many of those pixels, of both sides together, show what is around the box.

    Raises:
        UsageError: if size or margin means nothing.
        DataError: for what is no image or no face, and a box outside the image.

    Example:
        >>> image = np.zeros((200, 200, 3), np.uint8)
        >>> FaceCrop()(image, [40, 40, 100, 120]).shape
        (160, 160, 3)

    Source: https://github.com/timesler/facenet-pytorch
    """

    placement = "threads"

    def __init__(self, size: int = 160, *, margin: int = 0) -> None:
        self._size = checked_side(size)
        if isinstance(margin, bool) or not isinstance(margin, int) or not 0 <= margin < size:
            raise UsageError(f"margin is a number of pixels below {size}, not {margin!r}")
        self._margin = margin

    # Any: an image's faces are one, or several, or bare boxes.
    def batch(
        self, values: Sequence[Image], faces: Sequence[Any] | None = None
    ) -> list[Image | list[Image]]:
        """The face or faces of each image, in its mode."""
        pairs = zip(values, needed(faces), strict=True)
        return [self._all(as_image(image), of_image) for image, of_image in pairs]

    def __call__(self, value: Image, faces: Any = None) -> Image | list[Image]:
        """The face of one image, or its faces."""
        return self.batch([value], None if faces is None else [faces])[0]

    def _all(self, image: Image, faces: Any) -> Image | list[Image]:
        return for_each_face(faces, lambda face: self._cut(image, box_of(face)))

    def _cut(self, image: Image, box: npt.NDArray[np.float64]) -> Image:
        height, width = image.shape[:2]
        around = self._margin * (box[2:] - box[:2]) / (self._size - self._margin) / 2
        left, top = (int(max(edge, 0)) for edge in box[:2] - around)
        right = int(min(box[2] + around[0], width))
        bottom = int(min(box[3] + around[1], height))
        if not (left < right and top < bottom):
            raise DataError(
                f"the box {box.round(1).tolist()} holds no pixel of an image of {width}x{height}"
            )
        part = PIL.Image.fromarray(np.ascontiguousarray(image[top:bottom, left:right]))
        resized = part.resize((self._size, self._size), PIL.Image.Resampling.BILINEAR)
        return Image(np.array(resized), image.mode)
