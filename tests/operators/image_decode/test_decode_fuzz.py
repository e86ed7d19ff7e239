"""Whatever the bytes, decoding gives an image or one UnreadableImageError, in bounded memory."""

from __future__ import annotations

import io
import resource
from typing import Any

import numpy as np
import PIL.Image
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from towhee.errors import UnreadableImageError
from towhee.operators.image_decode.decode import decode_image
from towhee.types.image import Image


def _seeds() -> list[bytes]:
    rng = np.random.default_rng(0)
    colour = PIL.Image.fromarray(rng.integers(0, 256, (24, 24, 3), np.uint8))
    kinds: list[tuple[PIL.Image.Image, str, dict[str, Any]]] = [
        (colour, "JPEG", {}),
        (colour, "JPEG", {"progressive": True}),
        (colour, "JPEG", {"exif": b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + bytes(16)}),
        (colour.convert("CMYK"), "JPEG", {}),
        (colour, "PNG", {}),
        (colour.quantize(16), "PNG", {"transparency": 3}),
        (colour.convert("LA"), "PNG", {}),
        (colour, "PNG", {"save_all": True, "append_images": [colour.rotate(90)]}),
        (PIL.Image.fromarray(np.arange(576, dtype=np.uint16).reshape(24, 24)), "PNG", {}),
        (colour, "WEBP", {}),
        (colour.convert("RGBA"), "WEBP", {"lossless": True}),
        (colour, "WEBP", {"save_all": True, "append_images": [colour.rotate(90)]}),
        (colour, "GIF", {"save_all": True, "append_images": [colour.rotate(90)]}),
        (colour, "BMP", {}),
        (colour, "TIFF", {}),
        (colour, "TIFF", {"compression": "tiff_lzw"}),
        (colour.convert("F"), "TIFF", {}),
        (colour, "AVIF", {}),
        (colour, "JPEG2000", {}),
        (colour, "PPM", {}),
        (colour, "ICO", {"sizes": [(16, 16), (24, 24)]}),
        (colour, "ICO", {"sizes": [(24, 24)], "bitmap_format": "bmp"}),
    ]
    seeds = []
    for image, format_name, options in kinds:
        file = io.BytesIO()
        image.save(file, format_name, **options)
        seeds.append(file.getvalue())
    return seeds


SEEDS = _seeds()
STARTS = [b"", *sorted({seed[:16] for seed in SEEDS})]


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        # most of what a parser believes stands near the front
        position = draw(st.integers(0, min(len(data), draw(st.sampled_from([64, 400, 1 << 20])))))
        kind = draw(st.sampled_from(["overwrite", "insert", "delete", "cut", "repeat"]))
        piece = draw(st.binary(min_size=1, max_size=8))
        if kind == "overwrite":
            data[position : position + len(piece)] = piece
        elif kind == "insert":
            data[position:position] = piece
        elif kind == "delete":
            del data[position : position + len(piece)]
        elif kind == "cut":
            del data[max(position, 1) :]
        else:
            data += data[position : position + 500]
    return bytes(data)


def decode_or_refuse(data: bytes) -> None:
    try:
        image = decode_image(data, name="photos/fuzz.jpg", max_pixels=1_000_000)
    except UnreadableImageError as error:
        message = str(error)
    else:
        assert isinstance(image, Image)
        assert image.ndim == 3
        return
    assert message.startswith("photos/fuzz.jpg ")
    assert ";" in message


# libtiff and libjpeg write of damage to the process's stderr themselves; nobody can tell them not.
calm = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@calm
@given(damaged_files())
def test_a_damaged_file_is_decoded_or_refused(data: bytes) -> None:
    decode_or_refuse(data)


@calm
@given(st.sampled_from(STARTS), st.binary(max_size=400))
def test_random_bytes_are_decoded_or_refused(start: bytes, rest: bytes) -> None:
    decode_or_refuse(start + rest)


def test_damaged_files_do_not_take_much_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rng = np.random.default_rng(1)
    for seed in SEEDS:
        for _ in range(40):
            data = bytearray(seed)
            position = int(rng.integers(0, min(len(data), 200)))
            data[position : position + 4] = rng.bytes(4)
            decode_or_refuse(bytes(data))
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert kibibytes < 200_000
