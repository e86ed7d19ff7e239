"""Vectors of the Audio Spectrogram Transformer are those of transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio_files import encoded
from tiny_audio import glide, tiny_ast
from towhee import AudioFrame, DataCollection, ops
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.audio_embedding.ast import AstAudioEmbedding

SOUNDS = [glide(1.0), glide(0.5, start=900, end=90), glide(0.03), glide(1.2, start=3000, end=3100)]
LONG = glide(3.0, start=100, end=6000)  # the tiny model hears 1.295 s


def of_torch(folder: Path, **settings: Any) -> AstAudioEmbedding:
    """The reference: torch in float32, about which nothing has to be measured."""
    return AstAudioEmbedding(checkpoint=folder, backend="torch", precision="float32", **settings)


def at_16_khz(*sounds: np.ndarray) -> list[tuple[np.ndarray, int]]:
    return [(sound, 16000) for sound in sounds]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier, as the published checkpoint is one."""
    return tiny_ast(tmp_path_factory.mktemp("ast") / "model")


def of_transformers(folder: Path, *sounds: np.ndarray) -> np.ndarray:
    """What transformers makes of each sound on its own."""
    import torch

    transformers = import_transformers()
    with quiet_transformers(), torch.inference_mode():
        model = transformers.ASTModel.from_pretrained(folder).eval()
        extract = transformers.ASTFeatureExtractor.from_pretrained(folder)
        inputs = [extract(s, sampling_rate=16000, return_tensors="pt") for s in sounds]
        return np.concatenate([model(**each).pooler_output.numpy() for each in inputs])


@pytest.mark.parametrize("backend", ["torch", "onnxruntime", "openvino"])
def test_vectors_are_those_of_transformers_on_every_backend(backend: str, folder: Path) -> None:
    embed = AstAudioEmbedding(
        checkpoint=folder, backend=backend, precision="float32", normalize=False
    )
    expected = of_transformers(folder, *SOUNDS)
    assert np.abs(embed.batch(at_16_khz(*SOUNDS)) - expected).max() < 1e-5
    assert embed.dimension == expected.shape[1]


def test_features_are_those_of_the_models_own_extractor(folder: Path) -> None:
    extract = import_transformers().ASTFeatureExtractor.from_pretrained(folder)
    for sound in (*SOUNDS, LONG):
        theirs = extract(sound, sampling_rate=16000, return_tensors="np")["input_values"][0]
        assert np.abs(of_torch(folder).prepare((sound, 16000))[0] - theirs).max() < 1e-5


def test_what_measures_fastest_still_gives_them(folder: Path) -> None:
    embed = AstAudioEmbedding(checkpoint=folder)
    expected = of_torch(folder).batch(at_16_khz(*SOUNDS))
    chain = DataCollection(at_16_khz(*SOUNDS)).audio_embedding.ast(checkpoint=folder)
    for vectors in (embed.batch(at_16_khz(*SOUNDS)), np.stack(chain.to_list())):
        assert (vectors * expected).sum(axis=1).min() > 0.999
    assert "runs on" in embed.how_it_runs()[0]


def test_neighbours_in_a_batch_do_not_change_a_vector(folder: Path) -> None:
    embed = of_torch(folder)
    values = at_16_khz(LONG, *SOUNDS)
    assert np.abs(embed.batch(values) - np.stack([embed(value) for value in values])).max() < 1e-6


def test_a_long_sound_is_the_mean_of_its_windows_or_cut_as_in_transformers(folder: Path) -> None:
    window = 400 + 127 * 160
    parts = [LONG[:window], LONG[window : 2 * window], LONG[-window:]]
    averaged = of_torch(folder, normalize=False)((LONG, 16000))
    assert np.abs(averaged - of_transformers(folder, *parts).mean(axis=0)).max() < 1e-5
    cut = of_torch(folder, normalize=False, long_sounds="cut")((LONG, 16000))
    assert np.abs(cut - of_transformers(folder, LONG)[0]).max() < 1e-5


def test_vectors_have_unit_length_unless_asked_otherwise(folder: Path) -> None:
    values = at_16_khz(*SOUNDS)
    raw = of_torch(folder, normalize=False).batch(values)
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    assert np.abs(lengths - 1).min() > 0.1
    assert np.abs(of_torch(folder).batch(values) - raw / lengths).max() < 1e-6


def test_any_rate_and_number_of_channels_will_do(folder: Path) -> None:
    embed = of_torch(folder)
    expected = embed((SOUNDS[0], 16000))
    frame = AudioFrame(np.stack([SOUNDS[0], SOUNDS[0]]), 16000)
    assert np.abs(embed(frame) - expected).max() < 1e-6
    decoded = ops.audio_decode.ffmpeg()(encoded(SOUNDS[0], 16000, "flac"))  # at 44.1 kHz
    assert embed(decoded) @ expected > 0.99


def test_a_copy_in_another_format_is_nearer_than_other_sounds(folder: Path) -> None:
    sounds = [glide(1.2, start=s, end=e) for s, e in ((200, 2000), (3000, 100), (800, 800))]
    chain = (
        DataCollection([encoded(sound, 16000, "mp3") for sound in sounds])
        .audio_decode.ffmpeg(sample_rate=16000)
        .audio_embedding.ast(checkpoint=folder, backend="torch")
    )
    likeness = np.stack(chain.to_list()) @ of_torch(folder).batch(at_16_khz(*sounds)).T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2]


def test_the_same_weights_have_the_same_fingerprint_and_others_another(
    folder: Path, tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(folder, tmp_path / "same")
    other = tiny_ast(tmp_path / "other", num_labels=3)
    prints = [of_torch(each).fingerprint() for each in (folder, tmp_path / "same", other)]
    assert prints[0] == prints[1] != prints[2]


def test_the_published_extractor_loads_without_a_warning(tmp_path: Path) -> None:
    """Its 128 bands are more than its spectrum has room for, of which transformers warns."""
    import warnings

    folder = tiny_ast(tmp_path / "model")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        extract = import_transformers().ASTFeatureExtractor(max_length=128)
        extract.save_pretrained(folder)
        expected = extract(SOUNDS[0], sampling_rate=16000, return_tensors="np").input_values[0]
    assert np.abs(of_torch(folder).prepare((SOUNDS[0], 16000))[0] - expected).max() < 1e-5


def test_a_sound_shorter_than_a_frame_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match=r"a sound of 24\.9 ms is too short for .*; put silence"):
        of_torch(folder)((glide(1.0)[:399], 16000))


def test_backends_are_compared_on_sounds_of_ones_own(folder: Path) -> None:
    embed = AstAudioEmbedding(
        checkpoint=folder,
        backend="onnxruntime",
        precision="int8",
        fidelity=0.5,
        calibration=at_16_khz(*SOUNDS),
    )
    embed.load()
    assert embed.how_it_runs()[0].startswith("runs on onnxruntime int8")


@pytest.mark.parametrize(
    "wrong",
    [
        {"model_name": ""},
        {"model_name": "a/b/c"},
        {"backend": "tensorflow"},
        {"device": "tpu"},
        {"long_sounds": "drop"},
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ops.audio_embedding.ast(**wrong)


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    from tiny_audio import tiny_waveform_model

    other = tiny_waveform_model(tmp_path / "other")
    with pytest.raises(WeightsError, match=r"cannot be loaded|does not hold the weights"):
        of_torch(other)((SOUNDS[0], 16000))


def test_weights_that_are_cut_short_are_refused(folder: Path, tmp_path: Path) -> None:
    import shutil

    cut = shutil.copytree(folder, tmp_path / "cut") / "model.safetensors"
    cut.write_bytes(cut.read_bytes()[:1000])
    with pytest.raises(WeightsError, match="damaged or cut short"):
        of_torch(cut.parent)((SOUNDS[0], 16000))


def test_weights_that_are_not_there_are_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="towhee hub pull MIT/ast"):
        AstAudioEmbedding()((SOUNDS[0], 16000))
