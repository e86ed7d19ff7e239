"""The quick way to decode a JPEG file gives the reference decoder's pixels, or none."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from towhee.errors import UnreadableImageError
from towhee.operators.image_decode import decode
from towhee.operators.image_decode.decode import decode_image
from towhee.operators.image_decode.turbo import turbo_pixels
from towhee.types.image import ColorMode

PHOTOGRAPH = Path(decode.__file__).parents[2] / "samples/gallery"


@pytest.fixture
def photograph() -> PIL.Image.Image:
    path = sorted(PHOTOGRAPH.glob("*.jpg"))[0]
    return PIL.Image.open(path).convert("RGB")


def encoded(picture: PIL.Image.Image, **settings: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", **settings)
    return file.getvalue()


def quick(data: bytes, mode: ColorMode = "RGB") -> np.ndarray | None:
    with PIL.Image.open(io.BytesIO(data)) as file:
        return turbo_pixels(file, data, mode)


def reference(data: bytes, mode: ColorMode = "RGB") -> np.ndarray:
    with PIL.Image.open(io.BytesIO(data)) as file:
        pixels = np.asarray(file.convert("L" if mode == "L" else "RGB"))
    return pixels[:, :, ::-1] if mode == "BGR" else pixels


def test_all_photographs_have_the_reference_pixels(shared_data: Path) -> None:
    paths = sorted((shared_data / "imagenet-sample").iterdir())
    for path in paths:
        data = path.read_bytes()
        found = quick(data)
        if found is not None:
            assert np.array_equal(found, reference(data)), path.name
    skipped = [path.name for path in paths if quick(path.read_bytes()) is None]
    assert len(skipped) <= 1, f"only the photograph that lies on its side: {skipped}"


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 9), (17, 33), (1, 100), (333, 250)], ids=str)
@pytest.mark.parametrize("subsampling", [0, 1, 2, "4:1:1"], ids=str)
@pytest.mark.parametrize("progressive", [False, True])
def test_every_form_of_jpeg_has_the_reference_pixels(
    photograph: PIL.Image.Image, size: tuple[int, int], subsampling: object, progressive: bool
) -> None:
    modes: tuple[ColorMode, ...] = ("RGB", "BGR")
    for quality in (5, 60, 95):
        settings = {"quality": quality, "subsampling": subsampling, "progressive": progressive}
        data = encoded(photograph.resize(size), **settings)
        for mode in modes:
            found = quick(data, mode)
            assert found is not None
            assert np.array_equal(found, reference(data, mode))


def test_grey_files_are_read_in_every_order(photograph: PIL.Image.Image) -> None:
    data = encoded(photograph.convert("L"))
    modes: tuple[ColorMode, ...] = ("L", "RGB", "BGR")
    for mode in modes:
        found = quick(data, mode)
        assert found is not None
        assert np.array_equal(found, reference(data, mode))


def lying(picture: PIL.Image.Image) -> bytes:
    exif = PIL.Image.Exif()
    exif[274] = 6
    return encoded(picture, exif=exif)


@pytest.mark.parametrize(
    "make",
    [
        lying,
        lambda picture: encoded(picture.convert("CMYK")),
        lambda picture: encoded(picture)[:-2000],
    ],
    ids=["on its side", "CMYK", "cut short"],
)
def test_what_needs_more_than_decoding_is_left_to_pillow(
    photograph: PIL.Image.Image, make: Callable[[PIL.Image.Image], bytes]
) -> None:
    assert quick(make(photograph)) is None


def test_the_verdict_on_a_damaged_file_stays_the_same(photograph: PIL.Image.Image) -> None:
    with pytest.raises(UnreadableImageError, match="truncated or damaged"):
        decode_image(encoded(photograph)[:-2000], name="cut.jpg")


def test_pixels_belong_to_the_caller(photograph: PIL.Image.Image) -> None:
    image = decode_image(encoded(photograph), name="a.jpg")
    image[0, 0] = 7
    assert (image[0, 0] == 7).all()
