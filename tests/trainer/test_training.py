"""From an operator to a better one: served, saved, restored, resumed, and said plainly."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from colour_squares import colour_squares, saved_squares
from towhee import DataCollection, ops
from towhee.errors import OperatorError, TrainingError, UsageError, WeightsError
from towhee.functional.operator_handle import OperatorHandle
from towhee.models.projection import PROJECTION_FILE
from towhee.models.timm_models import import_timm
from towhee.trainer.data import TrainingData
from towhee.trainer.training_config import TrainingConfig

pytestmark = pytest.mark.usefixtures("_quiet_logs")


@pytest.fixture
def _quiet_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="towhee.trainer")


def embedder(checkpoint: Path, **settings: object) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch", **settings)


def config(folder: Path, **settings: object) -> TrainingConfig:
    usual = {"output_dir": str(folder), "epoch_num": 2, "device_str": "cpu", "tensorboard": None}
    return TrainingConfig(**{**usual, **settings})


PICTURE = np.asarray(colour_squares(1, seed=9)[0].value)


@pytest.mark.parametrize("method", ["linear_probe", "partial", "lora", "full"])
def test_the_operator_serves_what_was_trained_and_its_folder_restores_it_bit_for_bit(
    checkpoint: Path, tmp_path: Path, method: str
) -> None:
    op = embedder(checkpoint)
    untouched = op(PICTURE)
    result = op.train(
        config(tmp_path / "out", method=method), colour_squares(60, 0), colour_squares(30, 1)
    )
    trained = op(PICTURE)
    assert abs(float(untouched @ trained)) < 0.9999 or untouched.shape != trained.shape
    assert op.ref == result.ref
    (in_chain,) = DataCollection([PICTURE]).map(op).to_list()
    # A batch of one and a stream of them may differ in the last bit.
    np.testing.assert_allclose(in_chain, trained, atol=1e-6)
    op.save(tmp_path / "saved")
    restored = embedder(tmp_path / "saved")
    np.testing.assert_array_equal(restored(PICTURE), trained)
    assert (tmp_path / "saved" / "labels.txt").read_text().split() == ["red", "green", "blue"]
    card = (tmp_path / "saved" / "README.md").read_text()
    assert f"{result.metrics['knn']:.4f}" in card
    assert method in card
    timm = import_timm()  # which loads the folder itself
    model = timm.create_model(f"local-dir:{tmp_path / 'saved'}", pretrained=True)
    assert model.num_classes == (0 if method == "linear_probe" else 3)
    assert result.metrics["knn"] == pytest.approx(
        max(row["knn"] for row in result.history), abs=0.05
    )


def test_a_projection_is_part_of_origin_dimension_and_every_backend(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint, normalize=False)
    whole = op(PICTURE)
    before = op.operator.origin()
    settings = config(tmp_path, method="linear_probe", loss="CrossEntropyLoss")
    op.train(settings, colour_squares(60, 0))
    assert op.operator.origin() != before
    from safetensors.numpy import load_file

    saved = load_file(tmp_path / "model" / PROJECTION_FILE)
    assert op.operator.dimension == len(saved["bias"]) == 96
    projected = saved["weight"] @ whole + saved["bias"]
    # Sums of float32 numbers of size 1 in another order: seven digits, whatever their own size.
    np.testing.assert_allclose(op(PICTURE), projected, rtol=1e-4, atol=1e-5)
    model = str(tmp_path / "model")
    in_onnx = ops.image_embedding.timm(
        checkpoint=model, backend="onnxruntime", precision="float32", normalize=False
    )
    np.testing.assert_allclose(in_onnx(PICTURE), op(PICTURE), rtol=1e-3, atol=1e-4)
    other_layer = ops.image_embedding.timm(checkpoint=model, layer="layer3", backend="torch")
    assert other_layer.operator.dimension == 192
    (best,) = ops.image_classification.timm(checkpoint=model, backend="torch", topk=1)(PICTURE)
    assert best.label in ("red", "green", "blue")
    (tmp_path / "model" / PROJECTION_FILE).unlink()
    with pytest.raises(WeightsError, match="copy the whole folder"):
        embedder(tmp_path / "model")(PICTURE)


def test_the_untouched_model_is_measured_and_no_gain_is_said_plainly(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    op = embedder(checkpoint)
    result = op.train(
        config(tmp_path, method="full", lr=1e-12, optimizer="SGD", epoch_num=1, augment="none",
               freeze_bn=True),
        colour_squares(30, 0),
        colour_squares(30, 1),
    )  # fmt: skip
    assert result.metrics == pytest.approx(dict(result.baseline))
    assert not result.is_better
    (warning,) = result.warnings
    assert "did not help" in warning
    assert warning in caplog.text
    assert warning in (tmp_path / "model" / "README.md").read_text()


def test_samples_that_cannot_be_read_are_left_out_by_name_or_stop_the_training(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = saved_squares(tmp_path / "squares", 30, seed=0)
    (tmp_path / "squares" / "7.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    (tmp_path / "squares" / "11.png").unlink()
    op = embedder(checkpoint)
    settings = config(tmp_path / "out", method="full", epoch_num=1)
    result = op.train(settings, data, colour_squares(12, 1))
    assert result.skipped == ("7.png", "11.png")
    assert "7.png" in caplog.text
    assert any("2 samples could not be read" in warning for warning in result.warnings)
    with pytest.raises(OperatorError, match=r"7\.png"):
        op.train(settings, data, colour_squares(12, 1), on_error="raise")


def test_a_training_that_diverges_says_so_and_the_operator_stays(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint)
    before = op.ref
    with pytest.raises(TrainingError, match="diverged"):
        op.train(
            config(tmp_path, method="full", lr=1e30, optimizer="SGD", warmup_steps=0, epoch_num=9),
            colour_squares(30, 0),
        )
    assert op.ref == before


KILLED = """
import os, sys
from pathlib import Path
from towhee import ops
from towhee.trainer.importing import import_lightning
from towhee.trainer.training_config import TrainingConfig
from colour_squares import colour_squares

class Kill(import_lightning().Callback):
    def on_train_batch_end(self, trainer, module, outputs, batch, index):
        if trainer.current_epoch == 1 and index == 2:
            os._exit(9)

op = ops.image_embedding.timm(checkpoint=sys.argv[1], backend="torch")
op.train(TrainingConfig.load(sys.argv[2]), colour_squares(60, 0), colour_squares(30, 1),
         callbacks=[Kill()])
"""


def test_a_killed_training_resumes_to_the_weights_of_one_that_was_not(
    checkpoint: Path, tmp_path: Path
) -> None:
    def settings(name: str, **more: object) -> TrainingConfig:
        return config(tmp_path / name, method="full", epoch_num=3, **more)

    data = colour_squares(60, 0), colour_squares(30, 1)
    whole = embedder(checkpoint).train(settings("whole"), *data)
    settings("cut").save(tmp_path / "config.yaml")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(checkpoint), str(tmp_path / "config.yaml")],
        env={**__import__("os").environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == 9, killed.stderr.decode()[-2000:]
    assert not (tmp_path / "cut" / "model").exists()
    with pytest.raises(UsageError, match="another training"):
        embedder(checkpoint).train(
            settings("cut", resume_from=str(tmp_path / "cut"), lr=0.5), *data
        )
    resumed = embedder(checkpoint).train(settings("cut", resume_from=str(tmp_path / "cut")), *data)
    one, other = (
        (tmp_path / name / "model" / "model.safetensors").read_bytes() for name in ("whole", "cut")
    )
    assert one == other
    assert resumed.metrics == whole.metrics
    lines = (tmp_path / "cut" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3]


def test_a_trained_model_can_be_trained_again_behind_its_projection(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint)
    settings = config(tmp_path, method="linear_probe")
    op.train(settings, colour_squares(60, 0), colour_squares(30, 1))
    first = embedder(tmp_path / "model")(PICTURE)
    np.testing.assert_array_equal(first, op(PICTURE))
    again = op.train(settings, colour_squares(60, 2), colour_squares(30, 1))
    assert not np.array_equal(op(PICTURE), first)
    np.testing.assert_array_equal(embedder(again.folder)(PICTURE), op(PICTURE))
    best = max(row["knn"] for row in again.history)
    assert again.metrics["knn"] == pytest.approx(best, abs=0.04)  # of the new, not of the first


def test_what_cannot_be_trained_is_refused_before_anything_is_computed(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint)
    alone = colour_squares(30, 0).subset(np.arange(0, 30, 3))
    with pytest.raises(UsageError, match="one class, 'red'"):
        op.train(config(tmp_path), alone)
    without = TrainingData(["a", "b"], np.array([0, -1]), ("x",), ["1", "2"])
    with pytest.raises(UsageError, match="1 of 2 samples to train on have no label"):
        op.train(config(tmp_path), without)
    with pytest.raises(UsageError, match=r"labels; .*image_embedding\.timm"):
        ops.image_decode.pil().train(config(tmp_path), colour_squares(30, 0))
    with pytest.raises(UsageError, match="train it first"):
        ops.image_embedding.timm("resnet18", pretrained=False).save(tmp_path / "x")
    (tmp_path / "out" / "model").mkdir(parents=True)
    with pytest.raises(UsageError, match="holds an earlier training"):
        op.train(config(tmp_path / "out", overwrite_output_dir=False), colour_squares(30, 0))


SNIPPET = """
from towhee.trainer.training_config import TrainingConfig
config = TrainingConfig(batch_size=2, epoch_num=2, output_dir="quick_start_output")
train_data = dataset("train", size=20, transform=my_data_transformer)      # from towhee import dataset
eval_data = dataset("eval", size=10, transform=my_data_transformer)
op.train(config, train_dataset=train_data, eval_dataset=eval_data)         # op then serves the trained weights
"""  # noqa: E501 (as DESIGN.md has it)


@pytest.mark.parametrize("method", [None, "full"])
def test_the_snippet_of_the_design_runs_as_it_stands(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str | None
) -> None:
    from towhee import dataset
    from towhee.models.torchvision_cure import import_torchvision

    import_torchvision()
    from torchvision import transforms

    transformer = transforms.Compose(
        [
            transforms.Resize((64, 64)),
            transforms.ToTensor(),
            transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ]
    )
    monkeypatch.chdir(tmp_path)
    op = embedder(checkpoint)
    before = op(PICTURE)
    snippet = SNIPPET.replace("epoch_num=2", f"epoch_num=2, method={method!r}")
    exec(snippet, {"op": op, "dataset": dataset, "my_data_transformer": transformer})
    assert (tmp_path / "quick_start_output" / "model" / "model.safetensors").is_file()
    assert not np.array_equal(op(PICTURE), before)


def test_a_pushed_model_is_pulled_with_its_projection_and_labels(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from towhee import hub

    monkeypatch.setenv("TOWHEE_CACHE", str(tmp_path / "cache"))
    op = embedder(checkpoint)
    op.train(config(tmp_path / "out", method="linear_probe"), colour_squares(60, 0))
    hub.push(op, "me/colours", home=tmp_path / "home", license="mit", summary="three colours")
    pulled = ops("me/colours", home=tmp_path / "home")
    np.testing.assert_array_equal(pulled(PICTURE), op(PICTURE))
    labels = list(hub.pull("me/colours", home=tmp_path / "home").folder.rglob("labels.txt"))
    assert labels[0].read_text().split() == ["red", "green", "blue"]
