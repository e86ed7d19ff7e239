"""From any mode that Pillow knows to 8-bit colour, upright and opaque."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.ExifTags
import PIL.Image

from towhee.types.image import ColorMode

_TURN_UPRIGHT = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}
_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")

_SIXTEEN_BITS = (("I", "PNG"), ("I", "PPM"))


def picture(source: PIL.Image.Image, mode: ColorMode) -> PIL.Image.Image:
    """The loaded image upright, in ``"RGB"``, ``"RGBA"`` or ``"L"``, as ``mode`` asks."""
    wanted = {"BGR": "RGB", "BGRA": "RGBA"}.get(mode, mode)
    shown = _in_eight_bits(source)
    turn = turn_upright(source)
    if turn is not None:
        shown = shown.transpose(turn)
    if shown.mode == "La":
        shown = shown.convert("LA")
    if wanted != "RGBA" and _has_transparency(shown):
        colour = shown.convert("RGBA")
        page = PIL.Image.new("RGBA", colour.size, "white")
        shown = PIL.Image.alpha_composite(page, colour)
    return shown if shown.mode == wanted else shown.convert(wanted)


def turn_upright(source: PIL.Image.Image) -> PIL.Image.Transpose | None:
    """What has to be done to the image so that it stands as it was taken; ``None`` for nothing."""
    try:
        orientation = source.getexif().get(PIL.ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001 - an EXIF block that cannot be parsed turns nothing
        return None
    return _TURN_UPRIGHT.get(orientation) if isinstance(orientation, int) else None


def _has_transparency(source: PIL.Image.Image) -> bool:
    return (
        source.mode in _WITH_ALPHA
        or "transparency" in source.info
        or (source.mode == "P" and source.palette is not None and source.palette.mode == "RGBA")
    )


def _in_eight_bits(source: PIL.Image.Image) -> PIL.Image.Image:
    """The image itself, or its grey scaled to 8 bits where it has more.

    A file of 16 bits says what white is, 65535. One of 32 bits or of floating-point numbers
    does not: floating-point numbers within 0 to 1 are taken as such, and everything else is
    stretched from its least to its greatest value, as scientific viewers do.
    """
    if source.mode not in ("I", "F") and not source.mode.startswith("I;16"):
        return source
    values = np.asarray(source)
    if source.mode.startswith("I;16") or (source.mode, source.format) in _SIXTEEN_BITS:
        table = np.arange(65536) * (255.0 / _white(source))
        scaled = np.rint(table).clip(0, 255).astype(np.uint8)[values.clip(0, 65535)]
    else:
        scaled = np.rint(_stretched(values.astype(np.float64))).astype(np.uint8)
    grey = PIL.Image.fromarray(scaled)
    key = source.info.get("transparency")
    if key is None:
        return grey
    return PIL.Image.merge("LA", (grey, PIL.Image.fromarray((values != key) * np.uint8(255))))


def _white(source: PIL.Image.Image) -> int:
    # Any: only TIFF files have tags, and a tag's value is of the type that the file says.
    tags: Any = getattr(source, "tag_v2", {})
    bits = tags.get(PIL.ExifTags.Base.BitsPerSample, (16,))
    return 4095 if bits == (12,) else 65535


def _stretched(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros_like(values)
    low, high = float(values[finite].min()), float(values[finite].max())
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    if low >= 0 and high <= 1:
        return values * 255.0
    if low == high:
        return values.clip(0, 255)
    return (values - low) * (255.0 / (high - low))
