"""The quick way to decode a JPEG file gives the reference decoder's pixels, or none."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.ExifTags
import PIL.Image
import PIL.ImageOps
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
        pixels = np.asarray(
            PIL.ImageOps.exif_transpose(file).convert("L" if mode == "L" else "RGB")
        )
    return pixels[:, :, ::-1] if mode == "BGR" else pixels


def test_all_photographs_have_the_reference_pixels(shared_data: Path) -> None:
    paths = sorted((shared_data / "imagenet-sample").iterdir())
    for path in paths:
        data = path.read_bytes()
        found = quick(data)
        assert found is not None, path.name
        assert np.array_equal(found, reference(data)), path.name


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


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("grey", [False, True])
def test_photographs_that_lie_on_their_side_are_turned_upright(
    photograph: PIL.Image.Image, orientation: int, grey: bool
) -> None:
    exif = PIL.Image.Exif()
    exif[PIL.ExifTags.Base.Orientation] = orientation
    data = encoded(photograph.convert("L") if grey else photograph, exif=exif)
    modes: tuple[ColorMode, ...] = ("L",) if grey else ("RGB", "BGR")
    for mode in modes:
        found = quick(data, mode)
        assert found is not None
        assert np.array_equal(found, reference(data, mode))


@pytest.mark.parametrize("size", [(400, 300), (401, 303), (30, 401), (8, 8)], ids=str)
@pytest.mark.parametrize("progressive", [False, True])
def test_an_image_is_decoded_no_smaller_than_asked_and_alike_by_both_decoders(
    photograph: PIL.Image.Image,
    size: tuple[int, int],
    progressive: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = encoded(photograph.resize(size), progressive=progressive)
    least = min(size)
    wanted = [None, 1, least // 8, least // 4, least // 4 + 1, least // 2, least, 2 * least]
    found = [decode_image(data, name="a.jpg", min_side=side) for side in wanted]
    monkeypatch.setattr(decode, "turbo_pixels", lambda *arguments: None)
    pillow = [decode_image(data, name="a.jpg", min_side=side) for side in wanted]
    for ours, theirs in zip(found, pillow, strict=True):
        assert np.array_equal(ours, theirs)
    expected = [-(-size[1] // by) for by in (1, 8, 8, 4, 2, 2, 1, 1)]
    assert [image.shape[0] for image in found] == expected


def test_only_jpeg_files_are_decoded_smaller(photograph: PIL.Image.Image) -> None:
    file = io.BytesIO()
    photograph.save(file, "PNG")
    image = decode_image(file.getvalue(), name="a.png", min_side=8)
    assert np.array_equal(image, np.asarray(photograph))


def test_the_limit_of_pixels_holds_for_the_file_not_for_what_is_decoded(
    photograph: PIL.Image.Image,
) -> None:
    with pytest.raises(UnreadableImageError, match="more than the limit of 1,000"):
        decode_image(encoded(photograph), name="a.jpg", min_side=8, max_pixels=1000)


@pytest.mark.parametrize(
    "make",
    [
        lambda picture: encoded(picture.convert("CMYK")),
        lambda picture: encoded(picture)[:-2000],
    ],
    ids=["CMYK", "cut short"],
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
