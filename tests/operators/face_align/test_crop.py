"""Faces are cut out as FaceNet's models are given them."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import PIL.Image
import pytest

from towhee.errors import DataError, UsageError
from towhee.operators.face_align.crop import FaceCrop
from towhee.types import Face

BOX = [126.551, 43.245, 188.298, 123.327]


def photograph() -> PIL.Image.Image:
    with PIL.Image.open(str(files("towhee.samples").joinpath("gallery/astronaut.jpg"))) as picture:
        return picture.convert("RGB")


@pytest.mark.parametrize(
    ("margin", "part"),
    [(0, (126, 43, 188, 123)), (40, (116, 29, 198, 136)), (100, (75, 0, 239, 190))],
)
def test_pixels_are_those_of_facenet_pytorch(margin: int, part: tuple[int, int, int, int]) -> None:
    """It cuts whole pixels, the margin being a part of what is made, and resizes with Pillow."""
    expected = photograph().crop(part).resize((160, 160), PIL.Image.Resampling.BILINEAR)
    cut = FaceCrop(margin=margin)(np.asarray(photograph()), Face(BOX, 1.0))
    assert np.array_equal(cut, np.asarray(expected))


def test_what_reaches_beyond_the_image_is_cut_off() -> None:
    image = np.asarray(photograph())
    cut = FaceCrop(16)(image, [-50, -50, 20, 30])
    assert np.array_equal(cut, FaceCrop(16)(image, [0, 0, 20, 30]))
    with pytest.raises(DataError, match="holds no pixel of an image of 360x360"):
        FaceCrop()(image, [400, 0, 500, 50])


def test_a_list_of_faces_gives_a_list() -> None:
    image, crop = np.asarray(photograph()), FaceCrop(8)
    faces = [Face(BOX, 1.0), Face([0, 0, 9, 9], 0.5)]
    for made, face in zip(crop(image, faces), faces, strict=True):
        assert np.array_equal(made, crop(image, face))


def test_what_is_no_face_is_refused() -> None:
    for face, said in ((None, "second column"), ("face", "has a box"), ([1, 2], "has a box")):
        with pytest.raises((DataError, UsageError), match=said):
            FaceCrop()(np.asarray(photograph()), face)


@pytest.mark.parametrize("wrong", [{"size": 0}, {"margin": 160}, {"margin": -1}], ids=str)
def test_arguments_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        FaceCrop(**wrong)
