"""VGGish hears what the published one hears, and computes what its layers say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio_files import music
from tiny_audio import glide, tiny_vggish
from towhee import ops
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers
from towhee.operators.audio_embedding.vggish import VggishAudioEmbedding

SECOND = music(0.975, 0)
SAMPLES = 15600  # of one window


def of_torch(folder: Path, **settings: Any) -> VggishAudioEmbedding:
    return VggishAudioEmbedding(
        checkpoint=folder, backend="torch", precision="float32", normalize=False, **settings
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_vggish(tmp_path_factory.mktemp("vggish") / "model")


def test_features_are_the_published_log_mel_spectrogram(folder: Path) -> None:
    import_transformers()
    from transformers import audio_utils

    filters = audio_utils.mel_filter_bank(
        257, 64, 125, 7500, 16000, mel_scale="kaldi", triangularize_in_mel_space=True
    )
    mel = audio_utils.spectrogram(
        SECOND, audio_utils.window_function(400, "hann"), 400, 160, 512, power=1.0, center=False,
        mel_filters=filters, mel_floor=0.0, dtype=np.float64,
    )  # fmt: skip
    [features] = of_torch(folder).prepare((SECOND, 16000))
    assert features.shape == (96, 64)
    assert np.abs(features - np.log(mel.T + 0.01)).max() < 1e-5


def of_plain_numpy(folder: Path, features: np.ndarray) -> np.ndarray:
    """The network again, layer by layer, without torch."""
    from safetensors.numpy import load_file

    weights = load_file(folder / "model.safetensors")
    maps = features[None].astype(np.float64)
    for place in (0, 3, 6, 8, 11, 13):
        padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)))
        around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        maps = np.einsum("chwij,ocij->ohw", around, weights[f"features.{place}.weight"])
        maps = np.maximum(maps + weights[f"features.{place}.bias"][:, None, None], 0)
        if place not in (6, 11):
            channels, height, width = maps.shape
            maps = maps.reshape(channels, height // 2, 2, width // 2, 2).max(axis=(2, 4))
    vector = maps.transpose(1, 2, 0).ravel()
    for place in (0, 2, 4):
        vector = (
            weights[f"embeddings.{place}.weight"] @ vector + weights[f"embeddings.{place}.bias"]
        )
        vector = np.maximum(vector, 0)
    return vector


@pytest.mark.parametrize("backend", ["torch", "onnxruntime", "openvino"])
def test_vectors_are_what_the_layers_say(backend: str, folder: Path) -> None:
    embed = VggishAudioEmbedding(
        checkpoint=folder, backend=backend, precision="float32", normalize=False
    )
    for sound in (SECOND, glide(0.975)):
        expected = of_plain_numpy(folder, embed.prepare((sound, 16000))[0])
        assert np.abs(expected).max() > 0.1
        assert np.abs(embed((sound, 16000)) - expected).max() < 1e-5 * np.abs(expected).max() + 1e-6


def test_a_vector_is_the_mean_over_windows_of_96_hundredths_of_a_second(folder: Path) -> None:
    embed = of_torch(folder)
    sound = music((2 * 15360 + SAMPLES) / 16000, 1)
    parts = [sound[start : start + SAMPLES] for start in (0, 15360, 2 * 15360)]
    mean = embed.batch([(part, 16000) for part in parts]).mean(axis=0)
    assert np.abs(embed((sound, 16000)) - mean).max() < 1e-6


def test_less_than_a_window_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match=r"too short for .* takes 975 ms"):
        of_torch(folder)((SECOND[:-1], 16000))


def test_without_weights_it_is_told_that_none_have_a_name() -> None:
    with pytest.raises(UsageError, match="none can be had by name"):
        ops.audio_embedding.vggish()


def test_weights_of_another_network_are_refused(folder: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    del weights["features.3.weight"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(WeightsError, match=r"model\.safetensors' cannot be loaded"):
        of_torch(tmp_path)((SECOND, 16000))


def test_a_folder_without_weights_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"has no model\.safetensors"):
        of_torch(tmp_path)((SECOND, 16000))
