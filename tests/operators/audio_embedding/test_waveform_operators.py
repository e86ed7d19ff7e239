"""Vectors of wav2vec 2.0, its kin and data2vec are means of what transformers gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiny_audio import glide, tiny_waveform_model
from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.audio_embedding.data2vec import Data2VecAudioEmbedding
from towhee.operators.audio_embedding.wav2vec2 import Wav2Vec2AudioEmbedding
from towhee.operators.audio_embedding.waveform_operator import WaveformOperator

SOUNDS = [glide(1.0), glide(0.5, start=900, end=90), glide(0.004), glide(1.0, seed=2)]
VALUES = [(sound, 16000) for sound in SOUNDS]
KINDS: dict[str, tuple[str, dict[str, Any], type[WaveformOperator]]] = {
    "wav2vec2": ("Wav2Vec2Model", {}, Wav2Vec2AudioEmbedding),
    "wav2vec2-large": (
        "Wav2Vec2Model",
        {"feat_extract_norm": "layer", "do_stable_layer_norm": True},
        Wav2Vec2AudioEmbedding,
    ),
    "wav2vec2-ctc": ("Wav2Vec2ForCTC", {}, Wav2Vec2AudioEmbedding),
    "hubert": ("HubertModel", {}, Wav2Vec2AudioEmbedding),
    "wavlm": ("WavLMModel", {}, Wav2Vec2AudioEmbedding),
    "data2vec": ("Data2VecAudioModel", {}, Data2VecAudioEmbedding),
}


@pytest.fixture(scope="module", params=KINDS)
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """Which kind of model it is, and its folder."""
    kind: str = request.param
    name, settings, _ = KINDS[kind]
    return kind, tiny_waveform_model(tmp_path_factory.mktemp(kind) / "model", name, **settings)


def of_kind(kind: str, folder: Path, **settings: Any) -> WaveformOperator:
    given = {"backend": "torch", "precision": "float32", "normalize": False, **settings}
    return KINDS[kind][2](checkpoint=folder, **given)


def of_transformers(folder: Path, layer: int, *sounds: np.ndarray) -> np.ndarray:
    """The mean over time of a layer's output, for each sound on its own."""
    import torch

    transformers = import_transformers()
    with quiet_transformers(), torch.inference_mode():
        model = transformers.AutoModel.from_pretrained(folder).eval()
        extract = transformers.AutoFeatureExtractor.from_pretrained(folder)
        told = [
            model(**extract(s, sampling_rate=16000, return_tensors="pt"), output_hidden_states=True)
            for s in sounds
        ]
    return np.stack([each.hidden_states[layer][0].mean(dim=0).numpy() for each in told])


@pytest.mark.parametrize("layer", [None, 0, 1])
def test_vectors_are_means_over_time_of_a_layer_in_transformers(
    layer: int | None, model: tuple[str, Path]
) -> None:
    kind, folder = model
    embed = of_kind(kind, folder, layer=layer)
    expected = of_transformers(folder, -1 if layer is None else layer, *SOUNDS)
    if kind == "wav2vec2-large" and layer is None:
        expected = _last_hidden_state(folder)
    assert np.abs(embed.batch(VALUES) - expected).max() < 1e-5
    assert embed.dimension == expected.shape[1]


def _last_hidden_state(folder: Path) -> np.ndarray:
    """Behind the normalisation at the end, which this variant alone has."""
    import torch

    transformers = import_transformers()
    with quiet_transformers(), torch.inference_mode():
        model = transformers.AutoModel.from_pretrained(folder).eval()
        extract = transformers.AutoFeatureExtractor.from_pretrained(folder)
        inputs = [extract(s, sampling_rate=16000, return_tensors="pt") for s in SOUNDS]
        return np.stack([model(**i).last_hidden_state[0].mean(dim=0).numpy() for i in inputs])


@pytest.mark.parametrize(
    ("kind", "backend"),
    [("wav2vec2", "onnxruntime"), ("wav2vec2", "openvino"), ("data2vec", "onnxruntime")],
)
def test_other_backends_give_them_for_sounds_of_any_length(
    kind: str, backend: str, tmp_path: Path
) -> None:
    folder = tiny_waveform_model(tmp_path / "model", KINDS[kind][0])
    embed = of_kind(kind, folder, backend=backend)
    expected = of_kind(kind, folder).batch(VALUES)
    assert np.abs(embed.batch(VALUES) - expected).max() < 1e-5 * max(1, np.abs(expected).max())


def test_neighbours_in_a_batch_do_not_change_a_vector(model: tuple[str, Path]) -> None:
    embed = of_kind(*model)
    alone = np.stack([embed(value) for value in VALUES])
    assert np.abs(embed.batch(VALUES) - alone).max() < 1e-6
    chain = DataCollection(VALUES[::-1]).map(embed)
    assert np.abs(np.stack(chain.to_list()) - alone[::-1]).max() < 1e-6


def test_padding_would_have_changed_them(tmp_path: Path) -> None:
    """Why sounds of unequal length are never put into one batch."""
    folder = tiny_waveform_model(tmp_path / "model", "Wav2Vec2Model")
    longer = np.pad(SOUNDS[1], (0, 8000))
    alone, padded = of_transformers(folder, -1, SOUNDS[1], longer)
    assert np.abs(alone - padded).max() > 1e-3


def test_a_sound_too_short_for_one_step_is_refused(model: tuple[str, Path]) -> None:
    embed = of_kind(*model)
    shortest = glide(1.0)[:60]
    assert np.isfinite(embed((shortest, 16000))).all()
    with pytest.raises(DataError, match=r"a sound of 3\.7 ms is too short"):
        embed((shortest[:-1], 16000))


def test_a_layer_that_is_not_there_is_told(model: tuple[str, Path]) -> None:
    with pytest.raises(UsageError, match="has the layers 0 to 2, not 3"):
        of_kind(*model, layer=3)(VALUES[0])


@pytest.mark.parametrize("layer", [-1, True, "last"])
def test_what_is_no_layer_is_refused_at_once(layer: Any) -> None:
    with pytest.raises(UsageError, match="layer is"):
        ops.audio_embedding.wav2vec2(layer=layer)


def test_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    folder = tiny_waveform_model(tmp_path / "model", "HubertModel")
    with pytest.raises(WeightsError):
        of_kind("data2vec", folder)(VALUES[0])
