"""From an image to what a model takes, exactly as the model was evaluated when it was trained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import DataError, UsageError
from towhee.types import Image

CropMode = Literal["center", "squash", "border"]
CropOffset = Literal["nearest", "floor"]
Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

_FILTERS = {
    "nearest": PIL.Image.Resampling.NEAREST,
    "bilinear": PIL.Image.Resampling.BILINEAR,
    "bicubic": PIL.Image.Resampling.BICUBIC,
    "box": PIL.Image.Resampling.BOX,
    "hamming": PIL.Image.Resampling.HAMMING,
    "lanczos": PIL.Image.Resampling.LANCZOS,
}
_PILLOW_MODES = {
    "RGB": ("RGB", "RGB"),
    "BGR": ("RGB", "BGR"),
    "RGBA": ("RGBA", "RGBA"),
    "BGRA": ("RGBA", "BGRA"),
    "L": ("L", "L"),
}
"""Our order of channels → Pillow's mode, and its name for reading ours into it."""


@dataclass(frozen=True, slots=True)
class Preprocess:
    """Resize, crop and normalise, as the model's own library does, to the last bit.

    The resizing is Pillow's, which filters when it shrinks (antialias).

    Attributes:
        input_size: ``(channels, height, width)`` of what the model takes.
        interpolation: ``"bilinear"``, ``"bicubic"``, …
        crop_pct: the share of the resized image's side that the crop keeps.
        crop_mode: ``"center"`` resizes the shorter side and crops the middle, ``"squash"``
            resizes both sides whatever the aspect, ``"border"`` resizes the longer side and
            fills up.
        crop_offset: where the crop begins if half a pixel is left over: at the ``"nearest"`` even
            one, as torchvision has it, or at the ``"floor"``, as transformers has it.
        mean: of each channel, subtracted from values between 0 and 1.
        std: of each channel, divided by.

    Example:
        >>> prepare = Preprocess(input_size=(3, 4, 4), mean=(0.5,) * 3, std=(0.5,) * 3)
        >>> prepare(Image(np.full((8, 8, 3), 255, np.uint8)))[:, 0, 0].tolist()
        [1.0, 1.0, 1.0]

    Source: ``timm.data.transforms_factory.transforms_imagenet_eval``,
    ``transformers.image_processing_backends.PilBackend``.
    """

    input_size: tuple[int, int, int] = (3, 224, 224)
    interpolation: str = "bicubic"
    crop_pct: float = 0.875
    crop_mode: CropMode = "center"
    crop_offset: CropOffset = "nearest"
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        if self.interpolation not in _FILTERS:
            raise UsageError(
                f"interpolation is one of {', '.join(_FILTERS)}, not {self.interpolation!r}"
            )
        if self.crop_mode not in get_args(CropMode):
            raise UsageError(
                f"crop_mode is one of {', '.join(get_args(CropMode))}, not {self.crop_mode!r}"
            )
        if self.crop_offset not in get_args(CropOffset):
            raise UsageError(
                f"crop_offset is one of {', '.join(get_args(CropOffset))}, not {self.crop_offset!r}"
            )
        if len(self.input_size) != 3 or self.input_size[0] != 3 or min(self.input_size) < 1:
            raise UsageError(f"input_size is (3, height, width), not {self.input_size}")
        if not self.crop_pct > 0:
            raise UsageError(f"crop_pct is a share above 0, not {self.crop_pct}")
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) != 3:
                raise UsageError(f"{name} is one number a channel, not {values}")
        if min(self.std) <= 0:
            raise UsageError(f"std is above 0, not {self.std}")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Preprocess:
        """From plain values, as ``as_config`` gives them."""
        return cls.from_timm_config(config)

    @classmethod
    def from_timm_config(cls, config: Mapping[str, Any]) -> Preprocess:
        """From a model's own configuration, timm's ``pretrained_cfg``.

        What it does not state is what ``timm.data.resolve_data_config`` takes.
        """
        known = cls()
        channels, height, width = config.get("input_size") or known.input_size
        return cls(
            input_size=(int(channels), int(height), int(width)),
            interpolation=config.get("interpolation") or known.interpolation,
            crop_pct=float(config.get("crop_pct") or known.crop_pct),
            crop_mode=config.get("crop_mode") or known.crop_mode,
            crop_offset=config.get("crop_offset") or known.crop_offset,
            mean=_per_channel(config.get("mean") or known.mean),
            std=_per_channel(config.get("std") or known.std),
        )

    def as_config(self) -> dict[str, Any]:
        """The fields as plain values, for JSON and cards."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    def describe(self) -> str:
        """The conditions in one line, as a person reads them."""
        _, height, width = self.input_size
        return (
            f"{width}x{height} pixels, {self.interpolation}, {self.crop_mode} crop "
            f"{self.crop_pct:g}, mean {_numbers(self.mean)}, std {_numbers(self.std)}"
        )

    __str__ = describe

    def __call__(self, image: Image) -> Floats:
        """The model's input, ``(3, height, width) float32``, for an image in any mode.

        An alpha channel is dropped, as Pillow's ``convert("RGB")`` drops it.

        Raises:
            DataError: for an image without pixels.
        """
        return self.normalized(self.pixels(image))

    def pixels(self, image: Image, *, fast: bool = False) -> Pixels:
        """The image resized and cropped, ``(height, width, 3) uint8``, not yet normalised.

        Args:
            image: in any mode.
            fast: resize only what the crop keeps, in six tenths of the time. Its edges are
                placed by fractions of a pixel then, which changes one value in forty, by a few
                of 255 levels.

        Raises:
            DataError: for an image without pixels.
        """
        if not image.size:
            raise DataError(f"an image of {image.shape[1]}x{image.shape[0]} pixels holds nothing")
        picture = _pillow_image(image)
        size = self._resized(picture.size)
        if size == picture.size:
            return np.asarray(self._crop(picture))
        if fast and size[0] >= self.input_size[2] and size[1] >= self.input_size[1]:
            return np.asarray(self._resized_crop(picture, size))
        return np.asarray(self._crop(picture.resize(size, _FILTERS[self.interpolation])))

    def seen(self, size: tuple[int, int]) -> tuple[float, float, float, float]:
        """Which part of an image the model sees, in the image's own pixels.

        Args:
            size: width and height of the image.

        Returns:
            Left, top, right and bottom; beyond the image where it is filled up.

        Example:
            >>> Preprocess(input_size=(3, 4, 4), crop_pct=0.5).seen((16, 24))
            (4.0, 8.0, 12.0, 16.0)
        """
        resized = self._resized(size)
        filled, (before, above) = self._filled_up(resized)
        left, top, right, bottom = self._middle(filled)
        across, down = size[0] / resized[0], size[1] / resized[1]
        return (
            (left - before) * across,
            (top - above) * down,
            (right - before) * across,
            (bottom - above) * down,
        )

    @property
    def least_side(self) -> int:
        """How far an image may be shrunk in front of ``pixels(image, fast=True)``.

        That is, what its shorter side should keep, in pixels: twice of what resizing leaves, so
        that the filter still has something to filter.
        """
        _, height, width = self.input_size
        return 2 * math.floor(max(height, width) / self.crop_pct)

    def normalized(self, pixels: Pixels) -> Floats:
        """``(3, height, width) float32`` from what ``pixels`` gives."""
        values: Floats = pixels.transpose(2, 0, 1).astype(np.float32, order="C")
        values /= np.float32(255)
        values -= np.asarray(self.mean, np.float32)[:, None, None]
        values /= np.asarray(self.std, np.float32)[:, None, None]
        return values

    def _resized(self, size: tuple[int, int]) -> tuple[int, int]:
        """``(width, height)`` to which an image of ``size`` is resized before it is cropped."""
        _, height, width = self.input_size
        target_height, target_width = (
            math.floor(height / self.crop_pct),
            math.floor(width / self.crop_pct),
        )
        if self.crop_mode == "squash":
            return target_width, target_height
        if self.crop_mode == "center" and target_height == target_width:
            wide, high = _shorter_side(size, target_width)
        else:
            ratios = (size[1] / target_height, size[0] / target_width)
            ratio = max(ratios) if self.crop_mode == "border" else min(ratios)
            wide, high = round(size[0] / ratio), round(size[1] / ratio)
        return max(1, wide), max(1, high)

    def _crop(self, image: PIL.Image.Image) -> PIL.Image.Image:
        """The middle of the image; where it is smaller than the crop, it is filled up first."""
        _, height, width = self.input_size
        if image.width < width or image.height < height:
            fill = (0, 0, 0)
            if self.crop_mode == "border":
                red, green, blue = (round(255 * value) for value in self.mean)
                fill = (red, green, blue)
            size, place = self._filled_up(image.size)
            padded = PIL.Image.new("RGB", size, fill)
            padded.paste(image, place)
            image = padded
        return image.crop(self._middle(image.size))

    def _filled_up(self, size: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """The size of an image of ``size`` with what fills it up, and where the image is in it."""
        _, height, width = self.input_size
        wide, high = max(width, size[0]), max(height, size[1])
        left, top = (wide - size[0]) // 2, (high - size[1]) // 2
        if self.crop_offset == "floor":  # the crop then begins before the image does
            left, top = -((size[0] - wide) // 2), -((size[1] - high) // 2)
        return (wide, high), (left, top)

    def _resized_crop(self, image: PIL.Image.Image, size: tuple[int, int]) -> PIL.Image.Image:
        """The middle of the image as if it were resized to ``size``, in one pass."""
        _, height, width = self.input_size
        across, down = image.width / size[0], image.height / size[1]
        left, top, right, bottom = self._middle(size)
        box = (left * across, top * down, right * across, bottom * down)
        return image.resize((width, height), _FILTERS[self.interpolation], box=box)

    def _middle(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the crop in an image of ``size``."""
        _, height, width = self.input_size
        top, left = round((size[1] - height) / 2), round((size[0] - width) / 2)
        if self.crop_offset == "floor":
            top, left = (size[1] - height) // 2, (size[0] - width) // 2
        return left, top, left + width, top + height


def is_fast(preprocess: str) -> bool:
    """Whether a user who asks for ``"exact"`` or ``"fast"`` preprocessing asks for the latter.

    Raises:
        UsageError: if it is neither.
    """
    if preprocess not in ("exact", "fast"):
        raise UsageError(f'preprocess is "exact" or "fast", not {preprocess!r}')
    return preprocess == "fast"


def _pillow_image(image: Image) -> PIL.Image.Image:
    """The image in Pillow's RGB; Pillow reads each order of channels straight from the pixels."""
    pixels = np.ascontiguousarray(np.asarray(image))
    mode, order = _PILLOW_MODES[image.mode]
    size = (image.shape[1], image.shape[0])
    picture = PIL.Image.frombuffer(mode, size, pixels, "raw", order, 0, 1)
    return picture if mode == "RGB" else picture.convert("RGB")


def _shorter_side(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size whose shorter side is ``side``, as torchvision's ``Resize`` rounds it."""
    width, height = size
    if width <= height:
        return side, int(side * height / width)
    return int(side * width / height), side


def _per_channel(values: Sequence[float]) -> tuple[float, ...]:
    """Three numbers; timm lets one stand for all channels."""
    numbers = tuple(float(value) for value in values)
    return numbers * 3 if len(numbers) == 1 else numbers


def _numbers(values: tuple[float, ...]) -> str:
    return "/".join(f"{value:g}" for value in values)
