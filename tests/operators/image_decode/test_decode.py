"""Every format and mode comes out as the pixels a person sees, checked against known colours."""

from __future__ import annotations

import io
import resource
import struct
import threading
import warnings
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
import PIL.ExifTags
import PIL.Image
import PIL.ImageOps
import pytest

from towhee.errors import UnreadableImageError, UsageError
from towhee.operators.image_decode.decode import decode_image, image_from_pillow
from towhee.types.image import ColorMode

RED, GREEN, BLUE, WHITE, BLACK = (
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
    [0, 0, 0],
)


def encoded(image: PIL.Image.Image, format_name: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format_name, **options)
    return file.getvalue()


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *chunks: bytes) -> bytes:
    """A PNG written by hand, for what Pillow does not write."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def four_corners() -> PIL.Image.Image:
    """32 x 16, blocks of 8: red top left, green top right, blue bottom left, white elsewhere."""
    image = PIL.Image.new("RGB", (32, 16), "white")
    image.paste("red", (0, 0, 8, 8))
    image.paste("lime", (24, 0, 32, 8))
    image.paste("blue", (0, 8, 8, 16))
    return image


def stored_for(orientation: int) -> PIL.Image.Image:
    """The four corners as a camera held another way stores them."""
    undo = {
        1: None,
        2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
        3: PIL.Image.Transpose.ROTATE_180,
        4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
        5: PIL.Image.Transpose.TRANSPOSE,
        6: PIL.Image.Transpose.ROTATE_90,
        7: PIL.Image.Transpose.TRANSVERSE,
        8: PIL.Image.Transpose.ROTATE_270,
    }[orientation]
    return four_corners() if undo is None else four_corners().transpose(undo)


def exif_of(orientation: int) -> PIL.Image.Exif:
    exif = PIL.Image.Exif()
    exif[PIL.ExifTags.Base.Orientation] = orientation
    return exif


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_the_exif_orientation_is_applied(format_name: str, orientation: int) -> None:
    best: dict[str, dict[str, Any]] = {
        "WEBP": {"lossless": True},
        "JPEG": {"quality": 100, "subsampling": 0},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    }
    exif = exif_of(orientation).tobytes()
    data = encoded(stored_for(orientation), format_name, exif=exif, **best.get(format_name, {}))
    image = decode_image(data, name="turned")
    assert image.shape == (16, 32, 3)
    np.testing.assert_allclose(image, np.asarray(four_corners()), atol=12)


def test_every_photograph_has_the_pixels_that_pillow_gives(shared_data: Path) -> None:
    files = sorted((shared_data / "imagenet-sample").glob("*.JPEG"))
    assert len(files) == 606
    different = []
    for file in files:
        with PIL.Image.open(file) as opened:
            expected = np.asarray(PIL.ImageOps.exif_transpose(opened).convert("RGB"))
        image = decode_image(file.read_bytes(), name=file.name)
        if not np.array_equal(image, expected):
            different.append(file.name)
    assert different == []


@pytest.mark.parametrize("mode", ["RGB", "BGR", "RGBA", "BGRA", "L"])
def test_each_order_of_channels_is_that_of_the_rgb_image_turned_round(mode: ColorMode) -> None:
    rng = np.random.default_rng(0)
    data = encoded(PIL.Image.fromarray(rng.integers(0, 256, (5, 7, 3), np.uint8)), "PNG")
    rgb = decode_image(data, name="noise")
    image = decode_image(data, name="noise", mode=mode)
    assert image.mode == mode
    assert image.flags.writeable
    assert image.flags.c_contiguous
    np.testing.assert_array_equal(image, rgb.to(mode))


def test_grey_becomes_three_equal_channels() -> None:
    data = encoded(PIL.Image.new("L", (2, 2), 77), "JPEG", quality=100)
    assert decode_image(data, name="grey")[0, 0].tolist() == [77, 77, 77]


def test_one_bit_is_black_and_white() -> None:
    source = PIL.Image.new("1", (2, 1))
    source.putpixel((1, 0), 1)
    for format_name in ("PNG", "TIFF", "BMP", "GIF", "PPM"):
        image = decode_image(encoded(source, format_name), name=format_name)
        assert image[0].tolist() == [BLACK, WHITE]


@pytest.mark.parametrize("format_name", ["JPEG", "TIFF"])
def test_cmyk_ink_becomes_the_colour_it_prints(format_name: str) -> None:
    inks = {(0, 0, 0, 0): WHITE, (0, 255, 255, 0): RED, (255, 0, 255, 0): GREEN}
    for ink, colour in {**inks, (0, 0, 0, 255): BLACK}.items():
        data = encoded(PIL.Image.new("CMYK", (16, 16), ink), format_name)
        image = decode_image(data, name="ink")
        np.testing.assert_allclose(image[8, 8].tolist(), colour, atol=2)


def test_ycck_as_adobe_writes_it_becomes_the_colour_it_prints() -> None:
    # Adobe stores 255 - ink, and as YCCK the luma and chroma of 255 - that: red ink is
    # (0, 255, 255, 0), stored as (255, 0, 0, 255), whose complement, cyan, is Y 179, Cb 171, Cr 0.
    # Pillow's encoder stores 255 - ink as well, so the components are handed to it as such.
    data = encoded(PIL.Image.new("CMYK", (16, 16), (76, 84, 255, 0)), "JPEG", quality=100)
    transform = data.index(b"Adobe") + 11
    assert data[transform] == 0  # CMYK; 2 is YCCK
    data = data[:transform] + b"\x02" + data[transform + 1 :]
    image = decode_image(data, name="ycck")
    np.testing.assert_allclose(image[8, 8].tolist(), RED, atol=3)


def test_a_palette_becomes_its_colours() -> None:
    source = four_corners().quantize(8)
    for format_name in ("PNG", "GIF", "BMP", "TIFF"):
        image = decode_image(encoded(source, format_name), name=format_name)
        np.testing.assert_array_equal(image, np.asarray(four_corners()))


def palette_with_a_hole() -> PIL.Image.Image:
    source = PIL.Image.new("P", (2, 1))
    source.putpalette([255, 0, 0, 0, 0, 255])
    source.putpixel((1, 0), 1)
    return source


@pytest.mark.parametrize("format_name", ["PNG", "GIF"])
def test_the_transparent_colour_of_a_palette_becomes_white(format_name: str) -> None:
    data = encoded(palette_with_a_hole(), format_name, transparency=1)
    assert decode_image(data, name="hole")[0].tolist() == [RED, WHITE]
    assert decode_image(data, name="hole", mode="RGBA")[0, 1, 3] == 0


def test_a_half_transparent_colour_of_a_palette_is_mixed_with_white() -> None:
    data = encoded(palette_with_a_hole(), "PNG", transparency=bytes([255, 128]))
    assert decode_image(data, name="half")[0].tolist() == [RED, [127, 127, 255]]


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF", "AVIF", "JPEG2000"])
def test_transparent_pixels_are_composited_over_white(format_name: str) -> None:
    source = PIL.Image.new("RGBA", (48, 16), (255, 0, 0, 255))
    source.paste((0, 0, 0, 0), (16, 0, 32, 16))
    source.paste((0, 0, 255, 128), (32, 0, 48, 16))
    best: dict[str, dict[str, Any]] = {"WEBP": {"lossless": True}, "AVIF": {"quality": 100}}
    options = best.get(format_name, {})
    data = encoded(source, format_name, **options)
    image = decode_image(data, name="alpha")
    shown = [image[8, column].tolist() for column in (8, 24, 40)]
    np.testing.assert_allclose(shown, [RED, WHITE, [127, 127, 255]], atol=3)
    kept = decode_image(data, name="alpha", mode="BGRA")
    np.testing.assert_allclose(kept[8, 8], [0, 0, 255, 255], atol=3)
    assert kept[8, 24, 3] == 0


def test_grey_with_alpha_is_composited_over_white() -> None:
    source = PIL.Image.new("LA", (2, 1), (0, 255))
    source.putpixel((1, 0), (0, 128))
    data = encoded(source, "PNG")
    assert decode_image(data, name="la")[0].tolist() == [BLACK, [127] * 3]
    assert decode_image(data, name="la", mode="L")[0].tolist() == [0, 127]


def test_one_transparent_colour_without_a_palette_becomes_white() -> None:
    source = PIL.Image.new("RGB", (2, 1), "red")
    source.putpixel((1, 0), (0, 0, 255))
    data = encoded(source, "PNG", transparency=(0, 0, 255))
    assert decode_image(data, name="key")[0].tolist() == [RED, WHITE]


SIXTEEN_BITS = np.array([[0, 257, 32896, 65535]], np.uint16)


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "PPM", "JPEG2000"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(format_name: str) -> None:
    options = {"JPEG2000": {"irreversible": False}}.get(format_name, {})
    data = encoded(PIL.Image.fromarray(SIXTEEN_BITS), format_name, **options)
    assert decode_image(data, name="deep", mode="L").tolist() == [[0, 1, 128, 255]]


def test_big_endian_sixteen_bit_tiff_is_scaled() -> None:
    source = PIL.Image.frombytes("I;16B", (4, 1), SIXTEEN_BITS.astype(">u2").tobytes())
    data = encoded(source, "TIFF")
    assert decode_image(data, name="deep", mode="L").tolist() == [[0, 1, 128, 255]]


def test_the_transparent_grey_of_sixteen_bits_becomes_white() -> None:
    rows = b"\x00" + np.array([4369, 32896], ">u2").tobytes()
    data = png(2, 1, 16, 0, rows, chunk(b"tRNS", struct.pack(">H", 4369)))
    assert decode_image(data, name="deep", mode="L").tolist() == [[255, 128]]
    assert decode_image(data, name="deep", mode="RGBA")[0, :, 3].tolist() == [0, 255]


def test_sixteen_bit_colour_is_scaled() -> None:
    rows = b"\x00" + np.array([65535, 32896, 0], ">u2").tobytes()
    assert decode_image(png(1, 1, 16, 2, rows), name="deep")[0, 0].tolist() == [255, 128, 0]


def test_twelve_bit_tiff_is_scaled_by_its_own_white() -> None:
    tags = {256: 4, 257: 1, 258: 12, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: 6}
    fields = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in tags.items())
    pixels = bytes.fromhex("000 fff 800 010".replace(" ", ""))
    directory = struct.pack("<H", len(tags)) + fields + bytes(4)
    data = struct.pack("<2sHI", b"II", 42, 14) + pixels + directory
    assert decode_image(data, name="deep", mode="L").tolist() == [[0, 255, 128, 1]]


def test_floating_point_between_0_and_1_is_taken_as_such() -> None:
    values = np.array([[0.0, 0.5, 1.0]], np.float32)
    data = encoded(PIL.Image.fromarray(values), "TIFF")
    assert decode_image(data, name="float", mode="L").tolist() == [[0, 128, 255]]


@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_numbers_without_a_known_white_are_stretched(dtype: str) -> None:
    values = np.array([[-1000, 500, 2000]]).astype(dtype)
    data = encoded(PIL.Image.fromarray(values), "TIFF")
    assert decode_image(data, name="wide", mode="L").tolist() == [[0, 128, 255]]


def test_what_is_no_number_is_black_and_infinity_white() -> None:
    values = np.array([[np.nan, 2.0, 4.0, np.inf, -np.inf]], np.float32)
    data = encoded(PIL.Image.fromarray(values), "TIFF")
    assert decode_image(data, name="nan", mode="L").tolist() == [[0, 0, 255, 255, 0]]


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_an_animation_or_a_file_of_pages_gives_its_first(format_name: str) -> None:
    frames = [PIL.Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], format_name, save_all=True, append_images=frames[1:])
    image = decode_image(data, name="frames")
    assert image.shape == (16, 16, 3)
    np.testing.assert_allclose(image[8, 8].tolist(), RED, atol=4)


@pytest.mark.parametrize("mode", ["YCbCr", "HSV", "LAB", "RGBX", "RGBa", "La", "PA", "CMYK"])
def test_an_image_in_any_mode_of_pillow_keeps_its_colour(mode: str) -> None:
    grey = PIL.Image.new("RGB", (2, 2), (119, 119, 119))
    between = {"RGBa": "RGBA", "La": "LA", "PA": "RGBA"}.get(mode)
    source = grey.convert(between).convert(mode) if between else grey.convert(mode)
    image = image_from_pillow(source, name="grey")
    np.testing.assert_allclose(image[0, 0].tolist(), [119] * 3, atol=2)


def test_an_icc_profile_leaves_the_numbers_alone() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    data = encoded(four_corners(), "PNG", icc_profile=profile)
    np.testing.assert_array_equal(decode_image(data, name="icc"), np.asarray(four_corners()))


def test_an_icon_gives_its_largest_picture() -> None:
    data = encoded(PIL.Image.new("RGB", (64, 64), "red"), "ICO", sizes=[(16, 16), (64, 64)])
    image = decode_image(data, name="favicon.ico")
    assert image.shape == (64, 64, 3)
    assert image[32, 32].tolist() == RED


def test_a_wrong_file_name_does_not_matter() -> None:
    data = encoded(four_corners(), "PNG")
    np.testing.assert_array_equal(decode_image(data, name="a.jpg"), np.asarray(four_corners()))


BROKEN_EXIF = {
    "garbage": b"Exif\x00\x00garbage that is no TIFF header",
    "tag beyond the end": b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00"
    + struct.pack("<HHII", 0x010F, 2, 5000, 90000)
    + struct.pack("<HHII", 0x0112, 3, 1, 6),
}


@pytest.mark.parametrize("kind", BROKEN_EXIF)
@pytest.mark.parametrize("filters", ["default", "error"])
def test_a_corrupt_exif_block_neither_warns_nor_keeps_the_picture_back(
    kind: str, filters: Literal["default", "error"]
) -> None:
    data = encoded(four_corners(), "JPEG", exif=BROKEN_EXIF[kind])
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter(filters)
        before = list(warnings.filters)
        image = decode_image(data, name="corrupt.jpg")
        assert warnings.filters == before
    assert raised == []
    assert sorted(image.shape) == [3, 16, 32]


def test_warnings_of_other_threads_are_still_shown_while_one_decodes() -> None:
    from towhee.operators.image_decode.pillow_warnings import without_pillow_warnings

    inside, done = threading.Event(), threading.Event()

    def decode() -> None:
        with without_pillow_warnings():
            inside.set()
            done.wait(10)
            warnings.warn("of the decoder", stacklevel=1)

    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        thread = threading.Thread(target=decode)
        thread.start()
        assert inside.wait(10)
        warnings.warn("of the program", stacklevel=1)
        done.set()
        thread.join()
    assert [str(warning.message) for warning in raised] == ["of the program"]


def test_a_large_image_within_the_limit_does_not_warn() -> None:
    side = 9500  # above the 89 million pixels at which Pillow warns
    data = encoded(PIL.Image.new("1", (side, side)), "PNG")
    with pytest.raises(UnreadableImageError, match="more than the limit of 1,000,000"):
        decode_image(data, name="large.png", max_pixels=1_000_000)
    assert decode_image(data, name="large.png", mode="L").shape == (side, side)


@pytest.mark.parametrize("kind", ["png", "bmp", "webp", "tiff", "jpeg"])
def test_an_enormous_image_is_refused_from_its_header(kind: str) -> None:
    side = 16000 if kind == "webp" else 60000
    data = {
        "png": png(side, side, 8, 2, b""),
        "bmp": b"BM"
        + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, side, side, 1, 24, *[0] * 6),
        "webp": b"RIFF"
        + struct.pack("<I", 22)
        + b"WEBPVP8X"
        + struct.pack("<II", 10, 0)
        + (side - 1).to_bytes(3, "little") * 2,
        "tiff": encoded(PIL.Image.new("1", (1, 1)), "TIFF")
        .replace(struct.pack("<HHII", 256, 4, 1, 1), struct.pack("<HHII", 256, 4, 1, side))
        .replace(struct.pack("<HHII", 257, 4, 1, 1), struct.pack("<HHII", 257, 4, 1, side)),
        "jpeg": encoded(PIL.Image.new("RGB", (1, 1)), "JPEG").replace(
            b"\xff\xc0\x00\x11\x08\x00\x01\x00\x01",
            b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", side, side),
        ),
    }[kind]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableImageError) as caught:
        decode_image(data, name="photos/bomb.img")
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    message = str(caught.value)
    assert message.startswith(f"photos/bomb.img has {side:,} x {side:,} = {side * side:,} pixels")
    assert "limit of 178,956,970" in message
    assert f"max_pixels={side * side}" in message
    assert kibibytes < 50_000


def test_a_decompression_bomb_in_a_small_file_is_refused() -> None:
    data = encoded(PIL.Image.new("1", (20000, 20000)), "PNG")
    assert len(data) < 100_000
    with pytest.raises(UnreadableImageError, match="20,000 x 20,000"):
        decode_image(data, name="bomb.png")


def test_an_icon_that_hides_a_larger_picture_is_refused() -> None:
    inner = encoded(PIL.Image.new("RGB", (2000, 2000)), "PNG")
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(inner), 22)
    data = struct.pack("<HHH", 0, 1, 1) + entry + inner
    with pytest.raises(UnreadableImageError, match="2,000 x 2,000"):
        decode_image(data, name="favicon.ico", max_pixels=1_000_000)


def test_the_limit_can_be_raised() -> None:
    data = encoded(PIL.Image.new("RGB", (20, 10)), "PNG")
    with pytest.raises(UnreadableImageError, match="max_pixels=200"):
        decode_image(data, name="a.png", max_pixels=199)
    assert decode_image(data, name="a.png", max_pixels=200).shape == (10, 20, 3)
    with pytest.raises(UsageError, match="max_pixels"):
        decode_image(data, name="a.png", max_pixels=0)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(UnreadableImageError, match=r"^a\.jpg is empty \(0 bytes\); check"):
        decode_image(b"", name="a.jpg")


NO_IMAGES = {
    "an HTML page": b"\n<!DOCTYPE html><html><body>404</body></html>",
    "an SVG drawing": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "a HEIC photograph": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "a video or audio file": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    "a ZIP archive": b"PK\x03\x04\x14\x00",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    "a Photoshop document": b"8BPS\x00\x01\x00\x00",
    "a PostScript document": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
    "a JPEG XL image": b"\xff\x0a\xfa\x1f\x01",
    "JSON": b'{"error": "not found"}',
    "text": "ein Text, umbenannt in Bild.jpg; größer nicht".encode(),
    "zeros": bytes(4096),
    "no image format (5 bytes)": b"\xfe\x01\x02\x03\x99",
}


@pytest.mark.parametrize("seen", NO_IMAGES)
def test_what_is_no_image_is_called_by_what_it_looks_like(seen: str) -> None:
    with pytest.raises(UnreadableImageError) as caught:
        decode_image(NO_IMAGES[seen], name="photos/cat.jpg")
    message = str(caught.value)
    assert message.startswith(f"photos/cat.jpg cannot be read as an image: it looks like {seen}")
    assert "supported are JPEG, PNG" in message
    assert len(message) < 400


def test_an_image_without_pixels_is_refused() -> None:
    with pytest.raises(UnreadableImageError, match=r"a\.png"):
        decode_image(png(0, 4, 8, 2, b""), name="a.png")
    with pytest.raises(UnreadableImageError, match="has no pixels: its size is 0x4"):
        image_from_pillow(PIL.Image.new("RGB", (0, 4)), name="a.png")


@pytest.mark.parametrize(
    ("format_name", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("AVIF", {}),
        ("JPEG2000", {}),
        ("PPM", {}),
        ("ICO", {"sizes": [(40, 40)]}),
    ],
)
def test_a_truncated_file_is_refused_and_never_half_a_picture(
    format_name: str, options: dict[str, object]
) -> None:
    rng = np.random.default_rng(0)
    source = PIL.Image.fromarray(rng.integers(0, 256, (40, 40, 3), np.uint8))
    data = encoded(source, format_name, **options)
    whole = decode_image(data, name="whole")
    refused: list[tuple[int, str]] = []
    for length in range(1, len(data), max(1, len(data) // 60)):
        try:
            image = decode_image(data[:length], name="cut.img")
        except UnreadableImageError as error:
            refused.append((length, str(error)))
        else:  # only what stands behind the pixels was cut off
            np.testing.assert_array_equal(image, whole)
    assert len(refused) >= 50
    for length, message in refused:
        assert message.startswith("cut.img ")
        assert f"{length:,} bytes" in message or "looks like" in message


def test_a_truncated_photograph_says_its_length_and_the_remedy() -> None:
    data = encoded(four_corners().resize((320, 160)), "JPEG")
    with pytest.raises(UnreadableImageError) as caught:
        decode_image(data[:1500], name="photos/cat.jpg")
    assert str(caught.value).startswith(
        "photos/cat.jpg cannot be read: the JPEG image of 1,500 bytes is truncated or damaged"
    )
    assert str(caught.value).endswith("fetch or export it again")
    assert caught.value.__cause__ is not None


def test_threads_decode_at_the_same_time_without_disturbing_each_other() -> None:
    from concurrent.futures import ThreadPoolExecutor

    data = encoded(four_corners(), "PNG")
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        images = list(pool.map(lambda _: decode_image(data, name="a"), range(200)))
    assert all(np.array_equal(image, np.asarray(four_corners())) for image in images)
    assert list(warnings.filters) == before
