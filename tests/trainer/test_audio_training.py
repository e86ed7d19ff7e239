"""Operators on sound are trained as those on images are, and serve what was trained."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gliding_tones import CLASSES, gliding_tones, saved_tones, write_wav
from tiny_audio import tiny_ast, tiny_clap, tiny_vggish, tiny_waveform_model
from towhee import DataCollection, dataset, hub, ops
from towhee.errors import OperatorError, UsageError, WeightsError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.training_config import TrainingConfig

pytestmark = pytest.mark.usefixtures("_quiet_logs")

TONE = gliding_tones(1, seed=9)[0].value


@pytest.fixture
def _quiet_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="towhee.trainer")


def config(folder: Path, **settings: object) -> TrainingConfig:
    usual = {"output_dir": str(folder), "epoch_num": 1, "device_str": "cpu", "tensorboard": None}
    return TrainingConfig(**{**usual, **settings})


def served_as_measured(op: OperatorHandle, result: Any, folder: Path) -> OperatorHandle:
    """Check what holds of every training, and give the operator that the saved folder restores."""
    trained = op(TONE)
    assert np.linalg.norm(trained) == pytest.approx(1, abs=1e-5)
    (in_chain,) = DataCollection([TONE]).map(op).to_list()
    np.testing.assert_allclose(in_chain, trained, atol=1e-5)
    op.save(folder)
    assert (folder / "labels.txt").read_text().split() == list(CLASSES)
    assert "sounds of 3 classes" in (folder / "README.md").read_text()
    # What was measured in training, window by window in torch, is what the operator serves.
    (best,) = [row for row in result.history if "knn" in row]
    served = {name: result.metrics[name] for name in ("knn", "recall@1", "accuracy")}
    assert served == pytest.approx({name: best[name] for name in served}, abs=1 / 24 + 1e-6)
    name = op.ref.name.partition(".")[2]
    return getattr(ops.audio_embedding, name)


def of_ast(folder: Path) -> OperatorHandle:
    return ops.audio_embedding.ast(checkpoint=str(tiny_ast(folder)), backend="torch")


def of_wav2vec2(folder: Path) -> OperatorHandle:
    model = tiny_waveform_model(folder, num_hidden_layers=3)
    return ops.audio_embedding.wav2vec2(checkpoint=str(model), layer=2, backend="torch")


def of_clap(folder: Path) -> OperatorHandle:
    return ops.audio_embedding.clap(checkpoint=str(tiny_clap(folder)), backend="torch")


def of_vggish(folder: Path) -> OperatorHandle:
    return ops.audio_embedding.vggish(checkpoint=str(tiny_vggish(folder)), backend="torch")


@pytest.mark.parametrize(
    ("make", "method"),
    [
        (of_ast, "linear_probe"),
        (of_ast, "lora"),
        (of_ast, "partial"),
        (of_wav2vec2, "linear_probe"),
        (of_wav2vec2, "full"),
        (of_clap, "full"),
        (of_vggish, "partial"),
        (of_vggish, "linear_probe"),
    ],
)
def test_a_network_over_sound_serves_what_was_trained_and_its_folder_restores_it(
    tmp_path: Path, make: Callable[[Path], OperatorHandle], method: str
) -> None:
    op = make(tmp_path / "tiny")
    untouched = op(TONE)
    seconds = (1.0, 2.6)  # VGGish hears no less than a second; the others see several windows
    result = op.train(
        config(tmp_path / "out", method=method, batch_size=12),
        gliding_tones(36, 0, seconds=seconds),
        gliding_tones(24, 1, seconds=seconds),
    )
    assert len(op(TONE)) == op.operator.dimension
    assert len(op(TONE)) != len(untouched) or abs(float(op(TONE) @ untouched)) < 0.99999
    again = served_as_measured(op, result, tmp_path / "saved")
    settings = {"backend": "torch"} | ({"layer": 2} if make is of_wav2vec2 else {})
    restored = again(checkpoint=str(tmp_path / "saved"), **settings)
    np.testing.assert_array_equal(restored(TONE), op(TONE))


def test_partial_training_leaves_the_front_of_the_network_as_it_was(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    op = of_wav2vec2(tmp_path / "tiny")
    op.train(config(tmp_path / "out", method="partial"), gliding_tones(24, 0))
    before = load_file(tmp_path / "tiny" / "model.safetensors")
    after = load_file(tmp_path / "out" / "model" / "model.safetensors")
    same = {name for name in after if np.array_equal(after[name], before[name])}
    assert {name for name in after if name.startswith("feature_extractor.")} <= same
    assert any(name.startswith("encoder.layers.1.") for name in after.keys() - same)


def test_a_projection_goes_into_every_backend_and_the_text_tower_of_clap_stays(
    tmp_path: Path,
) -> None:
    op = of_clap(tmp_path / "tiny")
    said = ops.audio_embedding.clap(
        checkpoint=str(tmp_path / "tiny"), modality="text", backend="torch"
    )("a dog")
    op.train(
        config(tmp_path / "out", method="linear_probe", loss="CrossEntropyLoss"),
        gliding_tones(24, 0),
    )
    folder = str(tmp_path / "out" / "model")
    in_onnx = ops.audio_embedding.clap(
        checkpoint=folder, backend="onnxruntime", precision="float32"
    )
    np.testing.assert_allclose(in_onnx(TONE), op(TONE), atol=1e-4)
    text = ops.audio_embedding.clap(checkpoint=folder, modality="text", backend="torch")
    assert text.operator.dimension == len(said)
    np.testing.assert_allclose(text("a dog"), said, atol=1e-6)


@pytest.mark.parametrize("method", ["linear_probe", "full"])
def test_coefficients_without_weights_learn_a_projection_or_a_network_of_their_own(
    tmp_path: Path, method: str
) -> None:
    op = ops.audio_embedding.mfcc(coefficients=13)
    result = op.train(
        config(tmp_path / "out", method=method, epoch_num=1), gliding_tones(60, 0),
        gliding_tones(24, 1),
    )  # fmt: skip
    again = served_as_measured(op, result, tmp_path / "saved")
    restored = again(checkpoint=str(tmp_path / "saved"))
    np.testing.assert_array_equal(restored(TONE), op(TONE))
    assert restored.operator.coefficients == 13  # which nobody has to say again
    assert restored.operator.origin() == op.operator.origin() is not None
    # What was learned before is trained on, or gives way to a network.
    op.train(config(tmp_path / "more", method="full"), gliding_tones(30, 2), gliding_tones(24, 1))
    again = restored(TONE)
    assert op(TONE).shape == (128,)
    assert len(again) != 128 or abs(float(op(TONE) @ again)) < 0.99999


def test_what_runs_without_torch_is_what_was_trained_in_torch(tmp_path: Path) -> None:
    import torch

    from towhee.models.audio.outline import outline_windows, sound_outline
    from towhee.operators.audio_embedding.sound import as_sound
    from towhee.trainer.models.kinds import model_of

    op = ops.audio_embedding.mfcc(normalize=False)
    op.train(config(tmp_path, method="full"), gliding_tones(30, 0))
    network, projection = model_of(op.ref).load()
    assert projection is None
    sound = np.tile(TONE[0], 3), TONE[1]  # several windows long
    windows = outline_windows(sound_outline(as_sound(sound, 16000), 16000, 20))
    assert len(windows) > 1
    with torch.inference_mode():
        expected = network(torch.from_numpy(windows)).mean(0).numpy()
    np.testing.assert_allclose(op(sound), expected, rtol=1e-3, atol=1e-4)


def test_a_pushed_network_is_pulled_with_its_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWHEE_CACHE", str(tmp_path / "cache"))
    op = ops.audio_embedding.mfcc()
    op.train(config(tmp_path / "out", method="full"), gliding_tones(30, 0))
    hub.push(op, "me/tones", home=tmp_path / "home", license="mit", summary="three tones")
    pulled = ops("me/tones", home=tmp_path / "home")
    np.testing.assert_array_equal(pulled(TONE), op(TONE))
    (labels,) = hub.pull("me/tones", home=tmp_path / "home").folder.rglob("labels.txt")
    assert labels.read_text().split() == list(CLASSES)


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    written = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        op = ops.audio_embedding.mfcc()
        op.train(config(tmp_path / name, method="full", seed=seed), gliding_tones(36, 0))
        written.append((tmp_path / name / "model" / "model.safetensors").read_bytes())
    assert written[0] == written[1] != written[2]


def test_files_that_are_no_sound_are_left_out_by_name_and_silence_and_any_rate_are_heard(
    tmp_path: Path,
) -> None:
    folder = saved_tones(tmp_path / "tones", 36, seed=0)
    (folder / "rising" / "0.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt nothing more")
    write_wav(folder / "falling" / "1.wav", np.zeros(16000, np.float32), 44100)
    data = dataset(folder)
    (folder / "steady" / "2.wav").unlink()
    op = ops.audio_embedding.mfcc()
    result = op.train(config(tmp_path / "out", method="full"), data, gliding_tones(24, 1))
    assert set(result.skipped) == {"rising/0.wav", "steady/2.wav"}
    assert any("2 samples could not be read" in warning for warning in result.warnings)
    assert np.isfinite(op((np.zeros(8000, np.float32), 8000))).all()
    page = result.report.read_text()
    assert "tone 3" in page
    assert page.count("<img") > 5  # spectra over time, as there are no pictures
    with pytest.raises(OperatorError, match=r"rising/0\.wav"):
        op.train(config(tmp_path / "out", method="full"), data, on_error="raise")


def test_what_cannot_be_is_refused_by_name(tmp_path: Path) -> None:
    tones = gliding_tones(24, 0)
    op = ops.audio_embedding.mfcc()
    with pytest.raises(UsageError, match=r"method='lora' .* linear_probe, full"):
        op.train(config(tmp_path, method="lora"), tones)
    ast = of_ast(tmp_path / "tiny")
    with pytest.raises(UsageError, match="mixup"):
        ast.train(config(tmp_path, method="full", mixup=0.2), tones)
    op.train(config(tmp_path / "out", method="linear_probe"), tones)
    trained = str(tmp_path / "out" / "model")
    with pytest.raises(UsageError, match="trained with 20"):
        ops.audio_embedding.mfcc(checkpoint=trained, coefficients=13)
    with pytest.raises(WeightsError, match=r"trained on audio_embedding\.mfcc"):
        ops.audio_embedding.mfcc(checkpoint=str(tmp_path / "tiny"))
    (tmp_path / "out" / "model" / "model.onnx").unlink()
    with pytest.raises(WeightsError, match="copy the whole folder"):
        ops.audio_embedding.mfcc(checkpoint=trained)(TONE)
    clap = ops.audio_embedding.clap(checkpoint=str(tiny_clap(tmp_path / "clap")), modality="text")
    with pytest.raises(UsageError, match="modality='audio'"):
        clap.train(config(tmp_path), tones)


def test_a_new_network_finds_digits_of_speakers_it_never_heard_more_often_than_not(
    shared_data: Path, tmp_path: Path
) -> None:
    """In seconds; ``benchmarks/training_audio.py`` trains for minutes, and asks for 90 %."""
    from pyarrow import parquet

    file = shared_data / "spoken-digits/recordings.parquet"
    told = parquet.read_table(file, columns=["speaker", "take"]).to_pydict()
    speakers, takes = np.array(told["speaker"]), np.array(told["take"])
    names = list(dict.fromkeys(told["speaker"]))
    data = dataset(file, value="audio", label="digit")
    known, unknown = np.isin(speakers, names[:4]), np.isin(speakers, names[4:])
    op = ops.audio_embedding.mfcc(sample_rate=8000)  # as they were recorded
    result = op.train(
        config(tmp_path, epoch_num=8, eval_strategy="no", load_best_model_at_end=False),
        data.subset(known & (takes < 15)),
        data.subset(unknown & (takes < 15)),
    )
    assert result.method == "full"
    assert result.metrics["knn"] > 0.5, str(result)  # of ten digits; by chance it is 0.1
