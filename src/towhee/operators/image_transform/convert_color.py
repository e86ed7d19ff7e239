"""``image_convert_color``: another order of the channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee.errors import DataError, UsageError
from towhee.operators.base import Operator
from towhee.operators.image_decode.reader import color_mode
from towhee.operators.image_transform.pixels import checked_image
from towhee.types.image import ColorMode, Image


class ImageConvertColor(Operator[Image, Image]):
    """Give images another order of channels; they know the one they have.

    Args:
        mode: ``"RGB"``, ``"BGR"``, ``"RGBA"``, ``"BGRA"`` or ``"L"``, in any case. An alpha channel
            that is not asked for is dropped, one that is missing is opaque.
        code: in its place, for code written for earlier versions, from what to what, as OpenCV
            calls it: ``"rgb2gray"``, ``"bgr2rgb"``. An array that is no ``Image`` is taken for
            what the code says; an ``Image`` knows better.

    Raises:
        UsageError: if the mode is none of these, or not one of mode and code is given.
        DataError: if an array has other channels than the code says.

    Example:
        >>> import numpy as np
        >>> ImageConvertColor("BGR")(np.full((1, 1, 3), (1, 2, 3), np.uint8)).tolist()
        [[[3, 2, 1]]]
    """

    def __init__(self, mode: str | None = None, *, code: str | None = None) -> None:
        if (mode is None) == (code is None):
            raise UsageError('image_convert_color takes a mode, as "RGB", or a code, one of them')
        self._source: ColorMode | None = None
        if code is None:
            self._mode = color_mode(str(mode))
        else:
            self._source, self._mode = _source_and_mode(code)

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image in the mode, and itself where it has it already."""
        return [self._image(image).to(self._mode) for image in values]

    def _image(self, value: object) -> Image:
        if self._source is None or isinstance(value, Image):
            return checked_image(value)
        pixels = np.asarray(checked_image(value))
        try:
            return Image(pixels, self._source)
        except UsageError as mismatch:
            raise DataError(str(mismatch)) from mismatch


def _source_and_mode(code: str) -> tuple[ColorMode, ColorMode]:
    """What a code of OpenCV converts from and to."""
    source, _, mode = str(code).upper().replace("GRAY", "L").partition("2")
    try:
        return color_mode(source), color_mode(mode)
    except UsageError as unknown:
        raise UsageError(
            f"code says from what to what, among RGB, BGR, RGBA, BGRA and GRAY, as 'rgb2gray', "
            f"not {code!r}"
        ) from unknown
