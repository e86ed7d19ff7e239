"""Histograms count colours, and find a picture by them however it is turned."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from towhee import DataCollection, pipeline
from towhee.errors import DataError, UsageError
from towhee.models.calibration import sample_photographs
from towhee.operators.image_embedding.colorhist import ColorHistogramEmbedding
from towhee.types import Image

GALLERY = Path(str(files("towhee.samples").joinpath("gallery")))
QUERIES = GALLERY.parent / "queries"
COPIES = [
    "astronaut_mirrored",
    "cat_cropped",
    "coffee_cup_turned",
    "dogs_cropped",
    "mountain_lake_upside_down",
    "naval_officer_stretched",
    "osprey_close_up",
    "otters_close_up",
    "pagoda_recompressed",
    "raccoon_blurred",
]


def test_a_vector_holds_the_square_roots_of_the_shares_of_colours() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[0] = (255, 0, 0)
    pixels[1:3] = (0, 0, 255)
    vector = ColorHistogramEmbedding(bins=2, color_space="rgb")(pixels)
    expected = np.zeros(8, np.float32)
    expected[[0, 4, 1]] = np.sqrt([0.25, 0.25, 0.5])
    assert np.allclose(vector, expected)


@pytest.mark.parametrize("bins", [2, 5, 8, 16])
@pytest.mark.parametrize("space", ["rgb", "hsv"])
def test_counts_are_those_of_numpy(bins: int, space: str) -> None:
    embed = ColorHistogramEmbedding(bins=bins, color_space=space)
    for image in sample_photographs()[:3]:
        values = PIL.Image.fromarray(np.asarray(image)).convert(space.upper())
        edges = np.ceil(np.arange(bins + 1) * 256 / bins)
        counts, _ = np.histogramdd(np.asarray(values).reshape(-1, 3), bins=[edges] * 3)
        shares = counts.ravel() / counts.sum()
        assert np.abs(embed(image) ** 2 - shares).max() < 1e-6


def test_turned_mirrored_and_cropped_copies_are_nearer_than_all_strangers() -> None:
    gallery = sorted(GALLERY.glob("*.jpg"))
    embed = pipeline("image-embedding-colorhist")
    vectors = embed([str(file) for file in gallery])
    for name in COPIES:
        near = vectors @ embed(str(QUERIES / f"{name}.jpg"))
        own = next(place for place, file in enumerate(gallery) if name.startswith(file.stem))
        assert near[own] >= 0.9 > np.delete(near, own).max()


def test_where_colours_are_does_not_matter_and_the_order_of_channels_neither() -> None:
    embed = ColorHistogramEmbedding()
    image = sample_photographs()[0]
    turned = Image(np.ascontiguousarray(np.asarray(image)[::-1].transpose(1, 0, 2)))
    assert np.array_equal(embed(image), embed(turned))
    assert np.array_equal(embed(image), embed(image.to("BGR")))
    assert abs(float(embed(image) @ embed(image)) - 1) < 1e-6


def test_a_chain_gives_the_same_vectors() -> None:
    images = sample_photographs()[:5]
    chain = DataCollection(images).image_embedding.colorhist(bins=4)
    assert np.array_equal(np.stack(chain.to_list()), ColorHistogramEmbedding(bins=4).batch(images))


@pytest.mark.parametrize(
    "wrong", [{"bins": 1}, {"bins": 17}, {"bins": "8"}, {"color_space": "lab"}], ids=str
)
def test_arguments_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"bins is a number|color_space is one of hsv, rgb"):
        ColorHistogramEmbedding(**wrong)


def test_what_is_no_image_is_refused() -> None:
    embed = ColorHistogramEmbedding()
    assert embed.batch([]).shape == (0, 512)
    with pytest.raises(DataError, match="is not an image"):
        embed("cat.jpg")
