"""``image_decode.pil``: decode images with Pillow, in RGB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee.operators.base import Operator
from towhee.operators.image_decode.decode import MAX_PIXELS
from towhee.operators.image_decode.reader import image_reader
from towhee.types.image import Image


class PilImageDecode(Operator[Any, Image]):
    """Decode images with Pillow, the reference decoder, in RGB.

    A value is a path, an http(s) address, bytes, a file opened in binary mode, a PIL image, an
    ``Image``, or a uint8 array, which is taken as RGB, or as grey or RGBA by its shape. It becomes
    an ``Image`` ``(height, width, channels) uint8``.

    Args:
        mode: the order of the channels: ``"BGR"``, ``"RGB"``, ``"BGRA"``, ``"RGBA"`` or ``"L"``, in
            any case; the images carry it as ``mode``.
        max_pixels: the most pixels, width times height, of one image.
        allow_hosts: private hosts that addresses may name, ``("intranet.example",)``.
        min_side: give up detail for time: JPEG files are decoded at a half, a quarter or an eighth
            of their size, as long as the shorter side keeps this many pixels.

    Raises:
        DataError: if a value is of no kind that shows an image, or a file is missing.
        UnreadableImageError: if it is damaged, no image, or too large.
        FetchError: if an address is refused or does not answer.

    Example:
        >>> import numpy as np
        >>> red = np.full((1, 1, 3), (255, 0, 0), np.uint8)
        >>> PilImageDecode()(red)[0, 0].tolist()
        [255, 0, 0]
    """

    placement = "threads"
    reads_files = True

    def __init__(
        self,
        mode: str = "RGB",
        *,
        max_pixels: int = MAX_PIXELS,
        allow_hosts: Sequence[str] = (),
        min_side: int | None = None,
    ) -> None:
        self._reader = image_reader(mode, max_pixels, allow_hosts, min_side)

    def content(self, value: Any) -> Any:
        """The bytes of a file or an address; the pixels of a PIL image; else the value itself."""
        return self._reader.content(value)

    # Any: the kinds of value have no common type.
    def batch(self, values: Sequence[Any]) -> list[Image]:
        """One image for each value, in order."""
        return [self._reader.read(value) for value in values]
