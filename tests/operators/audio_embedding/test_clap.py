"""Sounds and texts have the vectors that transformers' CLAP gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiny_audio import glide, tiny_clap
from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.audio_embedding.clap import ClapAudioEmbedding

RATE = 48000
SOUNDS = [
    glide(1.0, sample_rate=RATE),
    glide(0.5, sample_rate=RATE, start=900, end=90),
    glide(2.0, sample_rate=RATE, start=9000, end=8000),
    glide(0.01, sample_rate=RATE),
]
TEXTS = ["rain", "a dog that barks at the rain, far away", "", "🙂 Ünï"]


def of_torch(folder: Path, **settings: Any) -> ClapAudioEmbedding:
    """The reference: torch in float32, about which nothing has to be measured."""
    return ClapAudioEmbedding(checkpoint=folder, backend="torch", precision="float32", **settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clap(tmp_path_factory.mktemp("clap") / "model")


def of_transformers(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The vectors of each sound, none of them longer than the model hears, and of all texts."""
    import torch

    transformers = import_transformers()
    with quiet_transformers(), torch.inference_mode():
        model = transformers.ClapModel.from_pretrained(folder).eval()
        extract = transformers.ClapFeatureExtractor.from_pretrained(folder)
        tokenize = transformers.AutoTokenizer.from_pretrained(folder)
        of_sounds = []
        for sound in SOUNDS:
            inputs = extract(sound, sampling_rate=RATE, return_tensors="pt")
            inputs["is_longer"] = torch.zeros((1, 1), dtype=torch.bool)
            of_sounds.append(model.get_audio_features(**inputs).pooler_output.numpy())
        tokens = tokenize(TEXTS, padding=True, return_tensors="pt")
        of_texts = model.get_text_features(**tokens).pooler_output.numpy()
    return np.concatenate(of_sounds), of_texts


@pytest.fixture(scope="module")
def expected(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    return of_transformers(folder)


@pytest.mark.parametrize("backend", ["torch", "onnxruntime", "openvino"])
def test_vectors_are_those_of_transformers_on_every_backend(
    backend: str, folder: Path, expected: tuple[np.ndarray, np.ndarray]
) -> None:
    settings: dict[str, Any] = {"checkpoint": folder, "backend": backend, "precision": "float32"}
    sound, text = (ClapAudioEmbedding(modality=kind, **settings) for kind in ("audio", "text"))
    assert np.abs(sound.batch([(each, RATE) for each in SOUNDS]) - expected[0]).max() < 1e-5
    assert np.abs(text.batch(TEXTS) - expected[1]).max() < 1e-5
    assert sound.dimension == text.dimension == expected[0].shape[1]


def test_sounds_and_texts_are_told_apart_by_what_transformers_says_too(
    folder: Path, expected: tuple[np.ndarray, np.ndarray]
) -> None:
    sounds = DataCollection([(each, RATE) for each in SOUNDS]).audio_embedding.clap(
        checkpoint=folder, backend="torch"
    )
    texts = DataCollection(TEXTS).audio_embedding.clap(
        checkpoint=folder, modality="text", backend="torch"
    )
    likeness = np.stack(sounds.to_list()) @ np.stack(texts.to_list()).T
    assert np.abs(likeness - expected[0] @ expected[1].T).max() < 1e-5


def test_a_model_that_fuses_windows_hears_short_sounds_as_they_are(tmp_path: Path) -> None:
    folder = tiny_clap(tmp_path / "model", fusion=True)
    vectors = of_torch(folder).batch([(each, RATE) for each in SOUNDS])
    assert np.abs(vectors - of_transformers(folder)[0]).max() < 1e-5
    with pytest.raises(WeightsError, match='use backend="torch"'):
        ClapAudioEmbedding(checkpoint=folder, backend="onnxruntime").load()


def test_neighbours_in_a_batch_do_not_change_a_vector(folder: Path) -> None:
    for modality, values in (("audio", [(each, RATE) for each in SOUNDS]), ("text", TEXTS)):
        embed = of_torch(folder, modality=modality)
        alone = np.stack([embed(value) for value in values])
        assert np.abs(embed.batch(values) - alone).max() < 1e-6


def test_no_part_of_a_long_sound_is_chosen_by_chance(folder: Path) -> None:
    long = glide(5.0, sample_rate=RATE, start=100, end=9000)
    embed = of_torch(folder, normalize=False)
    windows = [long[: 2 * RATE], long[2 * RATE : 4 * RATE], long[-2 * RATE :]]
    mean = embed.batch([(window, RATE) for window in windows]).mean(axis=0)
    for _ in range(2):
        assert np.abs(embed((long, RATE)) - mean).max() < 1e-6


def test_each_modality_refuses_the_other(folder: Path) -> None:
    with pytest.raises(DataError, match="is not a sound"):
        of_torch(folder)("a dog that barks")
    with pytest.raises(DataError, match="a text is a str"):
        of_torch(folder, modality="text")((SOUNDS[0], RATE))


def test_the_modality_is_checked_at_once() -> None:
    with pytest.raises(UsageError, match="modality is one of audio, text, not 'image'"):
        ops.audio_embedding.clap(modality="image")


def test_a_folder_without_a_tokenizer_takes_no_texts(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "tokenizer.json").unlink()
    with pytest.raises(WeightsError, match=r"has no tokenizer\.json"):
        of_torch(copy, modality="text")("rain")
    assert np.isfinite(of_torch(copy)((SOUNDS[0], RATE))).all()
