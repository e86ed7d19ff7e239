"""An image: an array of pixels that knows the order of its colour channels."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError

ColorMode = Literal["RGB", "BGR", "RGBA", "BGRA", "L"]
_CHANNELS = {"RGB": 3, "BGR": 3, "RGBA": 4, "BGRA": 4, "L": 1}


class Image(np.ndarray[Any, np.dtype[np.uint8]]):
    """Pixels ``(height, width, channels) uint8`` (``(height, width)`` for ``"L"``) and their mode.

    It is an ndarray, so everything that takes one takes it. ``mode`` says what the channels
    are; an operator that needs another order converts, it never guesses.

    Args:
        pixels: the array, ``uint8``; it is viewed, not copied.
        mode: ``"RGB"``, ``"BGR"``, ``"RGBA"``, ``"BGRA"`` or ``"L"`` (grey).

    Raises:
        UsageError: if the array's shape or dtype is not that of the mode.

    Example:
        >>> import numpy as np
        >>> red = Image(np.full((2, 2, 3), (255, 0, 0), np.uint8), "RGB")
        >>> red.to("BGR")[0, 0].tolist()
        [0, 0, 255]
    """

    mode: ColorMode

    def __new__(cls, pixels: npt.ArrayLike, mode: ColorMode = "RGB") -> Image:
        if mode not in _CHANNELS:
            choices = ", ".join(get_args(ColorMode))
            raise UsageError(f"an image's mode is one of {choices}, not {mode!r}")
        array = np.asarray(pixels)
        if array.dtype != np.uint8:
            raise UsageError(f"an image's pixels are uint8, not {array.dtype}")
        channels = _CHANNELS[mode]
        if array.ndim == 3 and array.shape[2] == 1 and channels == 1:
            array = array[:, :, 0]
        expected = 2 if channels == 1 else 3
        if array.ndim != expected or (expected == 3 and array.shape[2] != channels):
            raise UsageError(f"an array of shape {array.shape} cannot be a {mode} image")
        image = array.view(cls)
        image.mode = mode
        return image

    def __array_finalize__(self, source: object) -> None:
        self.mode = getattr(source, "mode", "RGB")

    def __reduce__(self) -> tuple[Any, ...]:
        return (Image, (np.asarray(self), self.mode))

    def to(self, mode: ColorMode) -> Image:
        """The same image with its channels in another order, and itself where it has it already.

        Grey is made as ITU-R 601 luma; an alpha channel that is dropped is dropped, not blended.
        """
        if mode == self.mode:
            return self
        pixels = np.asarray(self)
        if self.mode == "L":
            planes = np.repeat(pixels[:, :, None], 3, axis=2)
            return Image(planes, "RGB").to(mode)
        if self.mode in ("BGR", "BGRA"):
            pixels = pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]
        if mode == "L":
            red, green, blue = (pixels[:, :, i].astype(np.uint32) for i in range(3))
            luma = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
            return Image(luma.astype(np.uint8), "L")
        if _CHANNELS[mode] == 4 and pixels.shape[2] == 3:
            opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
            pixels = np.concatenate([pixels, opaque], axis=2)
        pixels = pixels[:, :, : _CHANNELS[mode]]
        if mode in ("BGR", "BGRA"):
            pixels = pixels[:, :, [2, 1, 0, 3][: _CHANNELS[mode]]]
        return Image(np.ascontiguousarray(pixels), mode)
