"""Perceptual hashes are those of imagehash, and find copies of photographs."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from tiny_image_models import SIZES, photograph
from towhee import DataCollection, pipeline
from towhee.errors import DataError, UsageError
from towhee.models.calibration import sample_photographs
from towhee.operators.image_embedding.phash import PerceptualHashEmbedding

GALLERY = Path(str(files("towhee.samples").joinpath("gallery")))
QUERIES = GALLERY.parent / "queries"
COPIES = [
    "colosseum_darker",
    "dahlia_grey",
    "naval_officer_stretched",
    "pagoda_recompressed",
    "raccoon_blurred",
    "rocket_brighter",
    "tulips_warmer",
]


@pytest.mark.parametrize("hash_size", [2, 8, 16])
def test_bits_are_those_of_imagehash(hash_size: int) -> None:
    import imagehash

    embed = PerceptualHashEmbedding(hash_size=hash_size)
    pictures = [PIL.Image.fromarray(np.asarray(image)) for image in sample_photographs()]
    for picture in [*pictures, *map(photograph, SIZES[:-1])]:
        theirs = imagehash.phash(picture, hash_size=hash_size).hash.ravel()
        assert np.array_equal(embed.bits(picture), theirs)


def test_vectors_say_how_many_bits_differ() -> None:
    embed = PerceptualHashEmbedding()
    images = sample_photographs()[:12]
    vectors, bits = embed.batch(images), np.stack([embed.bits(image) for image in images])
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-6
    different = (bits[:, None] != bits[None]).sum(axis=2)
    assert np.abs(vectors @ vectors.T - (1 - 2 * different / 64)).max() < 1e-6
    distances = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    assert np.abs(distances - 4 * different / 64).max() < 1e-5


def test_copies_of_photographs_are_nearer_than_all_strangers() -> None:
    gallery = sorted(GALLERY.glob("*.jpg"))
    embed = pipeline("image-embedding-phash")
    vectors = embed([str(file) for file in gallery])
    for name in COPIES:
        near = vectors @ embed(str(QUERIES / f"{name}.jpg"))
        own = next(place for place, file in enumerate(gallery) if name.startswith(file.stem))
        assert near[own] >= 0.8
        assert np.delete(near, own).max() <= 0.5


def test_real_photographs_are_found_after_shrinking_and_compression(shared_data: Path) -> None:
    import io

    files = sorted((shared_data / "imagenet-sample").iterdir())[::6]
    embed = PerceptualHashEmbedding()
    pictures = [PIL.Image.open(file).convert("RGB") for file in files]
    copies = []
    for picture in pictures:
        written = io.BytesIO()
        picture.resize((picture.width // 2, picture.height // 2)).save(written, "JPEG", quality=40)
        copies.append(PIL.Image.open(written))
    near = embed.batch(copies) @ embed.batch(pictures).T
    assert near.argmax(axis=1).tolist() == list(range(len(files)))
    assert np.diag(near).min() >= 0.8


def test_a_chain_gives_the_same_vectors() -> None:
    images = sample_photographs()[:5]
    chain = DataCollection(images).image_embedding.phash(hash_size=4)
    assert np.array_equal(
        np.stack(chain.to_list()), PerceptualHashEmbedding(hash_size=4).batch(images)
    )


def test_a_picture_of_one_colour_has_one_hash_whatever_the_colour() -> None:
    embed = PerceptualHashEmbedding()
    grey, white = (np.full((50, 70, 3), level, np.uint8) for level in (120, 255))
    assert np.array_equal(embed.bits(grey), embed.bits(white))
    assert embed.bits(grey).sum() == 1


@pytest.mark.parametrize("hash_size", [1, 65, 8.0, "8", None])
def test_a_size_that_cannot_be_is_refused(hash_size: object) -> None:
    with pytest.raises(UsageError, match="hash_size is a number between 2 and 64"):
        PerceptualHashEmbedding(hash_size=hash_size)


def test_what_is_no_image_is_refused() -> None:
    embed = PerceptualHashEmbedding()
    assert embed.batch([]).shape == (0, 64)
    for value in ("cat.jpg", None, np.zeros((3, 3))):
        with pytest.raises(DataError, match="is not an image"):
            embed(value)
