"""Anything that shows an image, as an image: the one place that tells the kinds apart."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import DataError, UsageError
from towhee.fetch import Content, FetchPolicy, read_bytes, source_name
from towhee.operators.image_decode.decode import decode_image, image_from_pillow
from towhee.types.image import ColorMode, Image

_ACCEPTED = (
    "a path, an http(s) address, bytes, a file opened in binary mode, a PIL image, a towhee Image "
    "or a uint8 array of shape (height, width), (height, width, 3) or (height, width, 4) in RGB"
)
_SOURCES = (str, os.PathLike, bytes, bytearray, memoryview)
_ARRAY_MODES: dict[int, ColorMode] = {3: "RGB", 4: "RGBA"}


@dataclass(frozen=True, slots=True)
class ImageReader:
    """How values become images; ``image_reader`` makes one from a user's arguments.

    Attributes:
        mode: the order of the channels.
        max_pixels: the most pixels, width times height, of one image.
        policy: the limits of downloads.
        min_side: the pixels that the shorter side of a file keeps where detail is given up.
    """

    mode: ColorMode
    max_pixels: int
    policy: FetchPolicy
    min_side: int | None = None

    def read(self, value: object) -> Image:
        """The image that a value shows.

        Raises:
            DataError: if the value is of no kind that shows an image, or a file is missing.
            UnreadableImageError: if it is damaged, no image, or too large.
            FetchError: if an address is refused or does not answer.
        """
        if isinstance(value, np.ndarray):
            return self._from_image(image_from_array(value))
        if isinstance(value, PIL.Image.Image):
            return self._from_pillow(value, getattr(value, "filename", "") or "the PIL image")
        if not isinstance(value, _SOURCES) and not hasattr(value, "read"):
            raise DataError(f"a {type(value).__name__} is no image; pass {_ACCEPTED}")
        # type: hasattr() has shown the file object's read, which mypy does not follow
        data = read_bytes(value, policy=self.policy)  # type: ignore[arg-type]
        return decode_image(
            data,
            name=source_name(value),
            mode=self.mode,
            max_pixels=self.max_pixels,
            min_side=self.min_side,
        )

    def content(self, value: object) -> object:
        """What a value holds, and ``read`` makes the same image of: a file's bytes, or pixels.

        Raises:
            DataError: as ``read`` raises it.
            UnreadableImageError: as ``read`` raises it.
            FetchError: as ``read`` raises it.
        """
        if isinstance(value, PIL.Image.Image):
            return self.read(value)
        if isinstance(value, (str, os.PathLike)) or hasattr(value, "read"):
            # type: as in read()
            data = read_bytes(value, policy=self.policy)  # type: ignore[arg-type]
            return Content(data, source_name(value))
        return value

    def _from_image(self, image: Image) -> Image:
        """Another order of the channels; what is transparent comes to lie on white."""
        if image.mode == self.mode:
            return image
        if image.mode in ("RGBA", "BGRA") and self.mode not in ("RGBA", "BGRA"):
            return self._from_pillow(PIL.Image.fromarray(np.asarray(image.to("RGBA"))), "the image")
        return image.to(self.mode)

    def _from_pillow(self, image: PIL.Image.Image, name: object) -> Image:
        return image_from_pillow(
            image, name=source_name(name), mode=self.mode, max_pixels=self.max_pixels
        )


def image_reader(
    mode: str, max_pixels: int, allow_hosts: Sequence[str], min_side: int | None = None
) -> ImageReader:
    """The reader for a user's arguments.

    Raises:
        UsageError: if the mode is none, in any case, or a limit or host means nothing.
    """
    if not max_pixels >= 1:  # as of NaN, which would be no limit
        raise UsageError(f"max_pixels is at least 1, not {max_pixels}")
    if min_side is not None and not 1 <= min_side < float("inf"):
        raise UsageError(f"min_side is at least 1, not {min_side}")
    if isinstance(allow_hosts, str):
        raise UsageError(f"allow_hosts is a tuple of names: ({allow_hosts!r},)")
    policy = FetchPolicy(allow_hosts=tuple(allow_hosts))
    return ImageReader(color_mode(mode), max_pixels, policy, min_side)


def color_mode(name: str) -> ColorMode:
    """The mode that a name in any case means.

    Raises:
        UsageError: if it is none.

    Example:
        >>> color_mode("bgr")
        'BGR'
    """
    modes: dict[str, ColorMode] = {mode.lower(): mode for mode in get_args(ColorMode)}
    if not isinstance(name, str) or name.lower() not in modes:
        raise UsageError(f"mode is one of {', '.join(modes.values())}, not {name!r}")
    return modes[name.lower()]


def image_from_array(array: npt.NDArray[Any]) -> Image:
    """An array as the image that its shape shows, and an ``Image`` as what it says it is.

    Args:
        array: ``uint8``, ``(height, width)``, ``(height, width, 1)``, ``(height, width, 3)`` in
            RGB or ``(height, width, 4)`` in RGBA; it is viewed, not copied.

    Raises:
        DataError: if it is of another type or shape, or empty.
    """
    if isinstance(array, Image) and array.size and _is_sound(array):
        return array
    if array.dtype != np.uint8:
        raise DataError(
            f"an array of {array.dtype} is no image; pass uint8, for values of 0 to 1 "
            "(array * 255).round().astype(numpy.uint8)"
        )
    if array.size == 0:
        raise DataError(f"an array of shape {array.shape} has no pixels; check how it was made")
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 1):
        return Image(array, "L")
    if array.ndim == 3 and array.shape[2] in _ARRAY_MODES:
        return Image(array, _ARRAY_MODES[array.shape[2]])
    remedy = "pass (height, width), (height, width, 3) or (height, width, 4)"
    if array.ndim == 3 and array.shape[0] in (1, 3, 4):
        remedy = "its channels come first; pass array.transpose(1, 2, 0)"
    elif array.ndim == 4:
        remedy = "it is a batch; pass its elements one by one"
    raise DataError(f"an array of shape {array.shape} is no image; {remedy}")


def _is_sound(image: Image) -> bool:
    """Whether it is still what its mode says; a slice or a quotient of an image may not be."""
    channels = 1 if image.ndim == 2 else image.shape[-1]
    return image.dtype == np.uint8 and image.ndim in (2, 3) and channels == len(image.mode)
