"""The reference decoder: the bytes of an image file in, the pixels a person would see out."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageFile

from towhee.errors import UnreadableImageError, UsageError
from towhee.operators.image_decode.pillow_warnings import without_pillow_warnings
from towhee.operators.image_decode.pixels import picture
from towhee.operators.image_decode.sniff import looks_like, webp_size
from towhee.operators.image_decode.turbo import jpeg_divisor, turbo_pixels
from towhee.types.image import ColorMode, Image

MAX_PIXELS = 178_956_970
"""The default limit of width times height, the one above which Pillow refuses as well."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM", "ICO")
"""What is decoded, by Pillow's names. Formats that start other programs (EPS) are left out."""

_SUPPORTED = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, JPEG 2000, PPM and ICO"


def decode_image(
    data: bytes,
    *,
    name: str,
    mode: ColorMode = "RGB",
    max_pixels: int = MAX_PIXELS,
    min_side: int | None = None,
) -> Image:
    """The picture in the bytes of an image file, as a person would see it.

    The format is told from the content, never from a file's name. The EXIF orientation is
    applied. What is transparent is composited over white, as on a page, unless ``mode`` has an
    alpha channel. 16-bit, 32-bit and floating-point pixels are scaled to 8 bits, not clipped.
    Of an animation or a file of several pages the first is taken. An ICC profile is not
    applied: the numbers stay those of the file, as the models were trained on.

    Args:
        data: the content of the file.
        name: what messages call it: its path or its address.
        mode: the order of the channels: ``"RGB"``, ``"BGR"``, ``"RGBA"``, ``"BGRA"`` or ``"L"``.
        max_pixels: the most pixels, width times height, that are decoded; it is compared with
            the size in the header, before memory is taken.
        min_side: give up detail for time: a JPEG file is decoded at a half, a quarter or an
            eighth of its size, as long as its shorter side keeps this many pixels.

    Returns:
        ``(height, width, channels) uint8``, ``(height, width) uint8`` for ``"L"``.

    Raises:
        UnreadableImageError: if it is no image, a damaged or truncated one, or too large.

    Example:
        >>> import io, PIL.Image
        >>> file = io.BytesIO()
        >>> PIL.Image.new("RGB", (4, 3), "red").save(file, "PNG")
        >>> decode_image(file.getvalue(), name="red.png")[0, 0].tolist()
        [255, 0, 0]
    """
    if max_pixels < 1:
        raise UsageError(f"max_pixels is at least 1, not {max_pixels}")
    if min_side is not None and min_side < 1:
        raise UsageError(f"min_side is at least 1, not {min_side}")
    if not data:
        raise UnreadableImageError(f"{name} is empty (0 bytes); check how the file was written")
    with without_pillow_warnings(), _open(data, name, max_pixels) as file:
        _check_size(file.size, name, max_pixels)
        pixels = turbo_pixels(file, data, mode, min_side)
        if pixels is not None:
            return Image(pixels, mode)
        by = jpeg_divisor(file.size, min_side)
        if by > 1:
            file.draft(None, (file.width // by, file.height // by))  # other formats ignore it
        return image_from_pillow(file, name=name, mode=mode, max_pixels=max_pixels, size=len(data))


def image_from_pillow(
    source: PIL.Image.Image,
    *,
    name: str,
    mode: ColorMode = "RGB",
    max_pixels: int = MAX_PIXELS,
    size: int | None = None,
) -> Image:
    """The picture that a Pillow image holds, under the rules of ``decode_image``.

    Args:
        source: the image; one that ``PIL.Image.open`` returned may still have to be read.
        name: what messages call it.
        mode: the order of the channels.
        max_pixels: the most pixels, width times height.
        size: the length of the file in bytes, for messages.

    Raises:
        UnreadableImageError: if its pixels cannot be read, or are too many.
    """
    with without_pillow_warnings():
        _check_size(source.size, name, max_pixels)
        try:
            source.load()
        except Exception as error:
            raise _unreadable(error, name, source.format, size) from error
        _check_size(source.size, name, max_pixels)  # an icon is as large as the picture inside it
        try:
            return Image(_array(picture(source, mode), mode), mode)
        except Exception as error:
            raise UnreadableImageError(
                f"{name} cannot be turned into {mode}: its pixels of Pillow's mode {source.mode!r} "
                f"do not convert ({type(error).__name__}: {error}); export it as JPEG or PNG"
            ) from error


def _array(source: PIL.Image.Image, mode: ColorMode) -> npt.NDArray[np.uint8]:
    if mode not in ("BGR", "BGRA"):
        return np.array(source)
    # Pillow writes the channels in this order six times faster than NumPy turns them round.
    flat = np.frombuffer(bytearray(source.tobytes("raw", mode)), np.uint8)
    return flat.reshape(source.height, source.width, len(mode))


def _open(data: bytes, name: str, max_pixels: int) -> PIL.ImageFile.ImageFile:
    """The file with its header read and its pixels not.

    ``PIL.Image.open`` is not used because it compares the size with a limit of the process,
    and warns about half of it, before anyone can see the size.
    """
    if any(identifier not in PIL.Image.OPEN for identifier in FORMATS):
        PIL.Image.init()
    canvas = webp_size(data)  # libwebp takes the memory when Pillow opens the file
    if canvas is not None:
        _check_size(canvas, name, max_pixels)
    failure: Exception | None = None
    for identifier in FORMATS:
        if identifier not in PIL.Image.OPEN:  # this Pillow was built without it
            continue
        factory, accept = PIL.Image.OPEN[identifier]
        if accept is not None and accept(data[:16]) is not True:
            continue
        try:
            return factory(io.BytesIO(data), "")
        except Exception as error:  # noqa: BLE001 - a plugin raises whatever its parsing meets
            failure = failure or error
    if failure is not None:
        raise _unreadable(failure, name, None, len(data)) from failure
    seen, remedy = looks_like(data)
    raise UnreadableImageError(
        f"{name} cannot be read as an image: it looks like {seen}; {remedy} "
        f"(supported are {_SUPPORTED})"
    )


def _check_size(size: tuple[int, int], name: str, max_pixels: int) -> None:
    width, height = size
    pixels = width * height
    if width < 1 or height < 1:
        raise UnreadableImageError(
            f"{name} has no pixels: its size is {width}x{height}; export it again"
        )
    if pixels > max_pixels:
        raise UnreadableImageError(
            f"{name} has {width:,} x {height:,} = {pixels:,} pixels, more than the limit of "
            f"{max_pixels:,}; make it smaller, or pass max_pixels={pixels} if you trust it"
        )


def _unreadable(
    error: Exception, name: str, format_name: str | None, size: int | None
) -> UnreadableImageError:
    kind = f"{format_name} image" if format_name else "image"
    length = "" if size is None else f" of {size:,} bytes"
    if isinstance(error, PIL.Image.DecompressionBombError):
        return UnreadableImageError(
            f"{name} cannot be read: a part of the {kind}{length} is larger than Pillow allows "
            f"({error}); set PIL.Image.MAX_IMAGE_PIXELS if you trust it"
        )
    if isinstance(error, MemoryError):
        return UnreadableImageError(
            f"{name} cannot be read: there is not enough memory for the {kind}{length}; "
            "make it smaller"
        )
    return UnreadableImageError(
        f"{name} cannot be read: the {kind}{length} is truncated or damaged "
        f"({type(error).__name__}: {error}); fetch or export it again"
    )
