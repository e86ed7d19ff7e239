"""Vectors of images are those of the library that a model comes from, whatever runs it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import tiny_image_models as tiny
from towhee import DataCollection
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers
from towhee.operators.image_embedding.data2vec import Data2VecImageEmbedding
from towhee.operators.image_embedding.dinov2 import Dinov2ImageEmbedding
from towhee.operators.image_embedding.dinov3 import Dinov3ImageEmbedding
from towhee.operators.image_embedding.image_operator import ImageOperator
from towhee.operators.image_embedding.open_clip import OpenClipImageEmbedding
from towhee.operators.image_embedding.siglip import SiglipImageEmbedding
from towhee.operators.image_embedding.transformers import TransformersImageEmbedding

IMAGES = tiny.photographs(7)
REGISTERS = 3


def of_transformers(kind: str, folder: Path) -> Any:
    """What the library's own model gives for ``IMAGES``, prepared by its own processor."""
    import torch

    transformers = import_transformers()
    model = getattr(transformers, kind).from_pretrained(folder).eval()
    prepare = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
    pictures = [PIL.Image.fromarray(np.asarray(image)) for image in IMAGES]
    with torch.inference_mode():
        return model(**prepare(images=pictures, return_tensors="pt"))


def first(output: Any) -> np.ndarray:
    return output.last_hidden_state[:, 0].numpy()


def mean(output: Any) -> np.ndarray:
    return output.last_hidden_state[:, 1:].mean(1).numpy()


def mean_behind_registers(output: Any) -> np.ndarray:
    return output.last_hidden_state[:, 1 + REGISTERS :].mean(1).numpy()


def own(output: Any) -> np.ndarray:
    return output.pooler_output.flatten(1).numpy()


Case = tuple[Callable[..., ImageOperator], Callable[[Path], Path], str, str, Callable[..., Any]]
CASES: dict[str, Case] = {
    "dinov2 cls": (Dinov2ImageEmbedding, tiny.dinov2, "Dinov2Model", "cls", first),
    "dinov2 avg": (Dinov2ImageEmbedding, tiny.dinov2, "Dinov2Model", "avg", mean),
    "dinov2 pooler": (Dinov2ImageEmbedding, tiny.dinov2, "Dinov2Model", "pooler", own),
    "data2vec cls": (Data2VecImageEmbedding, tiny.data2vec, "Data2VecVisionModel", "cls", first),
    "data2vec avg": (Data2VecImageEmbedding, tiny.data2vec, "Data2VecVisionModel", "avg", mean),
    "vit pooler": (TransformersImageEmbedding, tiny.vit, "ViTModel", "pooler", own),
    "resnet pooler": (TransformersImageEmbedding, tiny.resnet, "ResNetModel", "pooler", own),
    "siglip pooler": (SiglipImageEmbedding, tiny.siglip, "SiglipVisionModel", "pooler", own),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_vectors_are_those_of_transformers_in_batches_of_any_size(
    case: Case, tmp_path: Path
) -> None:
    operator, build, kind, pooling, pooled = case
    folder = build(tmp_path / "model")
    theirs = pooled(of_transformers(kind, folder))
    settings = {"checkpoint": folder, "pooling": pooling, "normalize": False}
    for backend in ("torch", "onnxruntime"):
        embed = operator(**settings, backend=backend, precision="float32")
        bound = 1e-5 * max(1, np.abs(theirs).max())
        for size in (1, 3, 7):
            assert np.abs(embed.batch(IMAGES[:size]) - theirs[:size]).max() < bound
        assert embed.dimension == theirs.shape[1]


def test_dinov3_gives_the_vectors_of_transformers_for_the_same_pixels(tmp_path: Path) -> None:
    import torch

    folder = tiny.dinov3(tmp_path / "model")
    model = import_transformers().DINOv3ViTModel.from_pretrained(folder).eval()
    for pooling, pooled in (("cls", first), ("avg", mean_behind_registers), ("pooler", own)):
        embed = Dinov3ImageEmbedding(
            checkpoint=folder, pooling=pooling, backend="onnxruntime", normalize=False
        )
        prepare = embed.running.network.preprocess
        pixels = np.stack([prepare(image) for image in IMAGES])
        with torch.inference_mode():
            theirs = pooled(model(torch.from_numpy(pixels)))
        assert np.abs(embed.batch(IMAGES) - theirs).max() < 1e-5 * np.abs(theirs).max()


@pytest.mark.parametrize(
    "prepared",
    [
        {},
        {"resize_mode": "squash", "interpolation": "bilinear"},
        {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4]},
    ],
    ids=str,
)
def test_open_clip_gives_the_vectors_of_open_clip(prepared: dict[str, Any], tmp_path: Path) -> None:
    import torch

    from towhee.models.open_clip.importing import import_open_clip

    folder = tiny.open_clip(tmp_path / "model", **prepared)
    model, _, prepare = import_open_clip().create_model_and_transforms(f"local-dir:{folder}")
    pictures = [PIL.Image.fromarray(np.asarray(image)) for image in IMAGES]
    with torch.inference_mode():
        theirs = model.eval().encode_image(torch.stack([*map(prepare, pictures)]), normalize=True)
    for backend in ("torch", "onnxruntime"):
        embed = OpenClipImageEmbedding(checkpoint=folder, backend=backend, precision="float32")
        assert np.abs(embed.batch(IMAGES) - theirs.numpy()).max() < 1e-5
    assert embed.dimension == theirs.shape[1]


def test_open_clip_refuses_a_preparation_that_cannot_be_said(tmp_path: Path) -> None:
    folder = tiny.open_clip(tmp_path / "model", resize_mode="longest", fill_color=7)
    with pytest.raises(WeightsError, match="prepares images in a way that towhee does not know"):
        OpenClipImageEmbedding(checkpoint=folder).batch(IMAGES)


def test_what_measures_fastest_gives_the_same_vectors_in_a_chain(tmp_path: Path) -> None:
    folder = tiny.dinov2(tmp_path / "model")
    theirs = own(of_transformers("Dinov2Model", folder))
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    chain = DataCollection(IMAGES).image_embedding.dinov2(checkpoint=folder)
    assert (np.stack(chain.to_list()) * theirs).sum(axis=1).min() >= 0.999
    assert "image_embedding.dinov2 runs on" in chain.explain()


def test_pixels_prepared_fast_give_nearly_the_same_vector(tmp_path: Path) -> None:
    folder = tiny.dinov2(tmp_path / "model")
    exact, fast = (
        Dinov2ImageEmbedding(checkpoint=folder, backend="torch", preprocess=preprocess)
        for preprocess in ("exact", "fast")
    )
    photograph = tiny.photographs(1)[0]
    assert exact.least_side() is None
    assert fast.least_side() == 2 * 37
    assert not np.array_equal(exact.prepare(photograph), fast.prepare(photograph))
    assert float(exact(photograph) @ fast(photograph)) > 0.999


def test_a_model_has_one_fingerprint_for_each_pooling_and_each_weights(tmp_path: Path) -> None:
    folder = tiny.dinov2(tmp_path / "model")
    other = tiny.dinov2(tmp_path / "other", num_hidden_layers=1)

    def fingerprint(checkpoint: Path, pooling: str) -> str | None:
        return Dinov2ImageEmbedding(
            checkpoint=checkpoint, pooling=pooling, backend="torch", precision="float32"
        ).fingerprint()

    found = [fingerprint(folder, "cls"), fingerprint(folder, "avg"), fingerprint(other, "cls")]
    assert len(set(found)) == 3
    assert fingerprint(folder, "cls") == found[0]


@pytest.mark.parametrize("value", [None, "cat.jpg", b"bytes", np.zeros((4, 4, 3)), 3], ids=str)
def test_what_is_no_image_is_refused(value: object, tmp_path: Path) -> None:
    embed = Dinov2ImageEmbedding(checkpoint=tiny.dinov2(tmp_path / "model"), backend="torch")
    with pytest.raises(DataError, match=r"is not an image: .* image_decode"):
        embed(value)
    with pytest.raises(DataError, match="holds nothing"):
        embed(np.zeros((0, 4, 3), np.uint8))


@pytest.mark.parametrize(
    "wrong",
    [
        {"model_name": ""},
        {"model_name": "a/b/c"},
        {"pooling": "max"},
        {"backend": "tensorflow"},
        {"precision": "int4"},
        {"preprocess": "slow"},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "operator", [Dinov2ImageEmbedding, Dinov3ImageEmbedding, SiglipImageEmbedding]
)
def test_arguments_are_checked_before_anything_is_loaded(
    operator: Callable[..., ImageOperator], wrong: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        operator(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"model_name": ""},
        {"model_name": "ViT-B-32", "pretrained": None},
        {"model_name": "a/b/c"},
    ],
    ids=str,
)
def test_open_clip_wants_a_name_and_a_tag_or_a_repository(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        OpenClipImageEmbedding(**wrong)


def test_open_clip_offers_the_names_and_tags_that_it_has() -> None:
    with pytest.raises(UsageError, match=r"did you mean 'ViT-B-32'"):
        OpenClipImageEmbedding("ViT-B32").setup()
    with pytest.raises(UsageError, match=r"no pretrained tag of ViT-B-32 .*there are openai"):
        OpenClipImageEmbedding("ViT-B-32", "openay").setup()


@pytest.mark.parametrize("operator", [Dinov2ImageEmbedding, OpenClipImageEmbedding])
def test_weights_that_are_absent_damaged_or_pickled_are_named(
    operator: Callable[..., ImageOperator], tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match="nowhere' is no folder"):
        operator(checkpoint=tmp_path / "nowhere")
    build = tiny.dinov2 if operator is Dinov2ImageEmbedding else tiny.open_clip
    folder = build(tmp_path / "model")
    (weights,) = folder.glob("*.safetensors")
    content = weights.read_bytes()
    weights.write_bytes(content[: len(content) // 2])
    with pytest.raises(WeightsError, match="is damaged or cut short"):
        operator(checkpoint=folder, backend="torch").batch(IMAGES[:1])
    weights.rename(folder / "pytorch_model.bin")
    with pytest.raises(WeightsError, match=r"is a pickle.* or pass trust_pickle=True"):
        operator(checkpoint=folder, backend="torch").batch(IMAGES[:1])


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    folder = tiny.dinov2(tmp_path / "model")
    with pytest.raises(WeightsError, match=r"does not hold the weights of SiglipVisionModel"):
        SiglipImageEmbedding(checkpoint=folder, backend="torch").batch(IMAGES[:1])


def test_a_pooling_that_a_model_does_not_have_is_refused_with_those_it_has(tmp_path: Path) -> None:
    data2vec = tiny.data2vec(tmp_path / "data2vec")
    with pytest.raises(UsageError, match='no pooler of its own: pooling is "cls" or "avg"'):
        Data2VecImageEmbedding(checkpoint=data2vec, pooling="pooler", backend="torch").batch(IMAGES)
    resnet = tiny.resnet(tmp_path / "resnet")
    with pytest.raises(UsageError, match='makes no tokens of an image: pooling="pooler"'):
        TransformersImageEmbedding(checkpoint=resnet, backend="torch").batch(IMAGES)


def test_nothing_is_written_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    models: list[ImageOperator] = [
        OpenClipImageEmbedding(checkpoint=tiny.open_clip(tmp_path / "a"), backend="onnxruntime"),
        SiglipImageEmbedding(checkpoint=tiny.siglip(tmp_path / "b"), backend="onnxruntime"),
    ]
    capfd.readouterr()
    caplog.clear()
    handlers = list(logging.getLogger().handlers)
    with caplog.at_level(logging.WARNING):
        for model in models:
            model.load()
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert logging.getLogger().handlers == handlers


def test_a_batch_of_nothing_gives_no_vectors(tmp_path: Path) -> None:
    assert Dinov2ImageEmbedding().forward([]).shape == (0, 384)
    embed = Dinov2ImageEmbedding(checkpoint=tiny.dinov2(tmp_path / "model"))
    assert embed.forward([]).shape == (0, 32)
