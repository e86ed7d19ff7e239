"""The default embedding: near copies are nearer than other pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image

from towhee import DataCollection, Image
from towhee.operators.image_embedding.embedded import EmbeddedImageEmbedding


def test_an_edited_copy_is_nearer_to_its_original_than_any_other_photograph(
    shared_data: Path,
) -> None:
    paths = sorted((shared_data / "imagenet-sample").iterdir())[::12]
    originals = [PIL.Image.open(path).convert("RGB") for path in paths]
    copies = [
        image.resize((image.width // 2, image.height // 2)).transpose(
            PIL.Image.Transpose.FLIP_LEFT_RIGHT
        )
        for image in originals
    ]
    embed = EmbeddedImageEmbedding()
    similarity = np.asarray(embed.batch(copies)) @ np.asarray(embed.batch(originals)).T
    assert (similarity.argmax(axis=1) == np.arange(len(paths))).mean() > 0.97


def test_a_picture_has_the_same_vector_whichever_way_it_comes() -> None:
    embed = EmbeddedImageEmbedding()
    embed.threads = 1
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    expected = embed(Image(pixels))
    assert expected.shape == (embed.dimension,)
    for same in (pixels, PIL.Image.fromarray(pixels), Image(pixels).to("BGR")):
        assert np.array_equal(embed(same), expected)  # type: ignore[arg-type]


def test_vectors_are_as_the_model_gives_them_where_that_is_asked_for() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    raw = EmbeddedImageEmbedding(normalize=False)(Image(pixels))
    unit = EmbeddedImageEmbedding()(Image(pixels))
    assert np.allclose(raw / np.linalg.norm(raw), unit, atol=1e-6)


def test_a_batch_of_nothing_gives_no_vectors() -> None:
    embed = EmbeddedImageEmbedding()
    assert np.shape(embed.forward([])) == (0, embed.dimension)


def test_a_chain_gives_the_vectors_of_single_calls(shared_data: Path) -> None:
    paths = sorted(map(str, (shared_data / "imagenet-sample").iterdir()))[:20]
    chained = DataCollection(paths).image_decode.pil().image_embedding.embedded().to_numpy()
    embed = EmbeddedImageEmbedding()
    single = [embed(PIL.Image.open(path).convert("RGB")) for path in paths]
    assert np.abs(chained - np.stack(single)).max() < 1e-5
