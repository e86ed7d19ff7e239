"""Images and texts land in one space: the one of the library that a model comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import tiny_image_models as tiny
from tiny_image_models import TEXTS
from towhee import DataCollection
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers
from towhee.operators.image_text_embedding.blip import BlipImageTextEmbedding
from towhee.operators.image_text_embedding.clip import ClipImageTextEmbedding
from towhee.operators.image_text_embedding.open_clip import OpenClipImageTextEmbedding
from towhee.operators.image_text_embedding.siglip import SiglipImageTextEmbedding
from towhee.operators.image_text_embedding.tower_operator import TowerOperator

IMAGES = tiny.photographs(7)
PICTURES = [PIL.Image.fromarray(np.asarray(image)) for image in IMAGES]


def of_transformers(kind: str, folder: Path, **how: Any) -> Any:
    """What the library's own model says about ``PICTURES`` and ``TEXTS``."""
    import torch

    transformers = import_transformers()
    model = getattr(transformers, kind).from_pretrained(folder).eval()
    prepare = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
    tokens = transformers.AutoTokenizer.from_pretrained(folder)
    text = tokens(TEXTS, return_tensors="pt", truncation=True, **how)
    with torch.inference_mode():
        return model, model(**prepare(images=PICTURES, return_tensors="pt"), **text)


def of_clip(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    model, said = of_transformers("CLIPModel", folder, padding=True, max_length=40)
    vectors = said.image_embeds.numpy(), said.text_embeds.numpy()
    return *vectors, said.logits_per_image.numpy(), float(model.logit_scale.exp().detach()), 0.0


def of_siglip(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    model, said = of_transformers("SiglipModel", folder, padding="max_length", max_length=64)
    vectors = said.image_embeds.numpy(), said.text_embeds.numpy()
    scale, bias = float(model.logit_scale.exp().detach()), float(model.logit_bias.detach())
    return *vectors, said.logits_per_image.numpy(), scale, bias


def of_blip(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    import torch

    transformers = import_transformers()
    model = transformers.BlipForImageTextRetrieval.from_pretrained(folder).eval()
    prepare = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
    tokens = transformers.AutoTokenizer.from_pretrained(folder)
    text = tokens(TEXTS, return_tensors="pt", padding=True, truncation=True, max_length=40)
    pixels = prepare(images=PICTURES, return_tensors="pt").pixel_values
    with torch.inference_mode():
        said = model(
            pixel_values=pixels,
            input_ids=text.input_ids,
            attention_mask=text.attention_mask,
            use_itm_head=False,
        )
        image = model.vision_proj(model.vision_model(pixels).last_hidden_state[:, 0])
        read = model.text_encoder(text.input_ids, attention_mask=text.attention_mask)
        read = model.text_proj(read.last_hidden_state[:, 0])
    scores: np.ndarray = said.itm_score.numpy()
    return unit(image.numpy()), unit(read.numpy()), scores, 1.0, 0.0


def of_open_clip(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    import torch

    from towhee.models.open_clip.importing import import_open_clip

    library = import_open_clip()
    model, _, prepare = library.create_model_and_transforms(f"local-dir:{folder}")
    tokens = library.get_tokenizer(f"local-dir:{folder}")(TEXTS)
    with torch.inference_mode():
        pixels = torch.stack([*map(prepare, PICTURES)])
        logits, _ = model.eval().get_logits(pixels, tokens)
        image = model.encode_image(pixels, normalize=True).numpy()
        text = model.encode_text(tokens, normalize=True).numpy()
    return image, text, logits.numpy(), float(model.logit_scale.exp().detach()), 0.0


def unit(vectors: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


CASES: dict[str, tuple[Callable[..., TowerOperator], Callable[[Path], Path], Callable[..., Any]]]
CASES = {
    "clip": (ClipImageTextEmbedding, tiny.clip, of_clip),
    "siglip": (SiglipImageTextEmbedding, tiny.siglip, of_siglip),
    "siglip with mask": (SiglipImageTextEmbedding, tiny.siglip_with_mask, of_siglip),
    "blip": (BlipImageTextEmbedding, tiny.blip, of_blip),
    "open_clip": (OpenClipImageTextEmbedding, tiny.open_clip, of_open_clip),
}


@pytest.mark.parametrize("backend", ["torch", "onnxruntime"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_images_and_texts_are_as_near_as_the_library_says(
    case: Any, backend: str, tmp_path: Path
) -> None:
    operator, build, reference = case
    folder = build(tmp_path / "model")
    image, text, logits, scale, bias = reference(folder)
    found = {}
    for modality, values, theirs in (("image", IMAGES, image), ("text", TEXTS, text)):
        embed = operator(checkpoint=folder, modality=modality, backend=backend, precision="float32")
        for size in (1, 2, len(values)):
            found[modality] = embed.batch(values[:size])
            assert np.abs(found[modality] - theirs[:size]).max() < 1e-5
        assert embed.dimension == theirs.shape[1]
    ours = found["image"] @ found["text"].T * scale + bias
    assert np.abs(ours - logits).max() < 1e-5 * max(1, abs(scale))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_neighbours_in_a_batch_do_not_change_the_vector_of_a_text(
    case: Any, tmp_path: Path
) -> None:
    operator, build, _ = case
    embed = operator(checkpoint=build(tmp_path / "model"), modality="text", backend="torch")
    alone = np.stack([embed(text) for text in TEXTS])
    assert np.abs(embed.batch(TEXTS) - alone).max() < 1e-5


def test_chains_give_rows_in_their_own_order_in_both_modalities(tmp_path: Path) -> None:
    folder = tiny.clip(tmp_path / "model")
    image, text, *_ = of_clip(folder)
    how = {"checkpoint": folder, "backend": "onnxruntime"}
    images = DataCollection(IMAGES * 3).image_text_embedding.clip(modality="image", **how)
    texts = DataCollection(TEXTS * 5).image_text_embedding.clip(modality="text", **how)
    assert np.abs(np.stack(images.to_list()) - np.tile(image, (3, 1))).max() < 1e-5
    assert np.abs(np.stack(texts.to_list()) - np.tile(text, (5, 1))).max() < 1e-5


def test_what_measures_fastest_gives_the_same_vectors_of_texts(tmp_path: Path) -> None:
    folder = tiny.clip(tmp_path / "model")
    _, text, *_ = of_clip(folder)
    embed = ClipImageTextEmbedding(checkpoint=folder, modality="text")
    assert (embed.batch(TEXTS) * text).sum(axis=1).min() >= 0.999
    assert "runs on" in embed.how_it_runs()[0]


def test_vectors_have_unit_length_unless_asked_otherwise(tmp_path: Path) -> None:
    folder = tiny.clip(tmp_path / "model")
    how = {"checkpoint": folder, "modality": "text", "backend": "torch"}
    as_they_are = ClipImageTextEmbedding(**how, normalize=False).batch(TEXTS)
    assert np.abs(np.linalg.norm(as_they_are, axis=1) - 1).min() > 0.1
    assert np.abs(ClipImageTextEmbedding(**how).batch(TEXTS) - unit(as_they_are)).max() < 1e-6


def test_the_towers_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    folder = tiny.clip(tmp_path / "model")
    image, text, again = (
        ClipImageTextEmbedding(checkpoint=folder, modality=modality, backend="torch").fingerprint()
        for modality in ("image", "text", "image")
    )
    assert image == again != text


def test_models_are_known_by_their_earlier_names() -> None:
    clip = ClipImageTextEmbedding("clip_vit_base_patch16", "image")
    assert clip.dimension == 512
    assert ClipImageTextEmbedding("clip_vit_large_patch14_336", "text").dimension == 768
    assert BlipImageTextEmbedding("blip_itm_base_coco", "text").dimension == 256


@pytest.mark.parametrize("modality", ["image", "text"])
@pytest.mark.parametrize("value", [None, 3, b"bytes", ["a text"]], ids=str)
def test_what_is_neither_image_nor_text_is_refused(
    modality: str, value: object, tmp_path: Path
) -> None:
    embed = ClipImageTextEmbedding(
        checkpoint=tiny.clip(tmp_path / "model"), modality=modality, backend="torch"
    )
    with pytest.raises(DataError, match=r"is not an image|a text is a str"):
        embed(value)


@pytest.mark.parametrize("name", ["clip", "siglip", "blip"])
def test_half_a_surrogate_pair_is_refused_with_the_remedy(name: str, tmp_path: Path) -> None:
    operator, build, _ = CASES[name]
    embed = operator(checkpoint=build(tmp_path / "model"), modality="text", backend="torch")
    with pytest.raises(DataError, match=r'text\.encode\("utf-8", "ignore"\)'):
        embed("caf\udce9")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_modality_is_one_of_two(case: Any) -> None:
    with pytest.raises(UsageError, match='modality is "image" or "text", not \'sound\''):
        case[0](modality="sound")


def test_a_folder_of_another_model_or_library_is_refused(tmp_path: Path) -> None:
    siglip = tiny.siglip(tmp_path / "siglip")
    with pytest.raises(WeightsError, match="siglip' holds a model of siglip, not of clip"):
        ClipImageTextEmbedding(checkpoint=siglip, backend="torch").batch(IMAGES)
    with pytest.raises(WeightsError, match=r"has no open_clip_config\.json"):
        OpenClipImageTextEmbedding(checkpoint=siglip, backend="torch").batch(IMAGES)


def test_a_tokenizer_that_is_missing_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    folder = tiny.siglip(tmp_path / "model")
    for file in folder.glob("*token*"):
        file.unlink()
    (folder / "spiece.model").unlink()
    with pytest.raises(WeightsError, match="model' cannot be loaded"):
        SiglipImageTextEmbedding(checkpoint=folder, modality="text", backend="torch")("a text")
