"""``image_decode.cv2``: the predecessor's names, and its order of channels."""

from __future__ import annotations

from collections.abc import Sequence

from towhee.operators.image_decode.decode import MAX_PIXELS
from towhee.operators.image_decode.pil import PilImageDecode


class Cv2ImageDecode(PilImageDecode):
    """Decode images in OpenCV's order of channels, BGR.

    The name is the one that existing programs use; OpenCV is not needed. The pixels are the
    reference decoder's (``decode_image``), the ones that models were trained on, which those of
    OpenCV are not to the last bit. What a value may be is said at ``PilImageDecode``.

    Args:
        mode: the order of the channels: ``"BGR"``, ``"RGB"``, ``"BGRA"``, ``"RGBA"`` or ``"L"``,
            in any case; the images carry it as ``mode``.
        max_pixels: the most pixels, width times height, of one image.
        allow_hosts: private hosts that addresses may name, ``("intranet.example",)``.
        min_side: give up detail for time: JPEG files are decoded at a half, a quarter or an eighth
            of their size, as long as the shorter side keeps this many pixels.

    Example:
        >>> import numpy as np
        >>> red = np.full((1, 1, 3), (255, 0, 0), np.uint8)
        >>> Cv2ImageDecode()(red)[0, 0].tolist()
        [0, 0, 255]
    """

    def __init__(
        self,
        mode: str = "BGR",
        *,
        max_pixels: int = MAX_PIXELS,
        allow_hosts: Sequence[str] = (),
        min_side: int | None = None,
    ) -> None:
        super().__init__(mode, max_pixels=max_pixels, allow_hosts=allow_hosts, min_side=min_side)


class Cv2RgbImageDecode(PilImageDecode):
    """Decode images in RGB, under the name that existing programs use.

    Its arguments and results are those of ``image_decode.pil``.
    """
