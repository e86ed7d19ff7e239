"""Training without labels: better vectors, plain words on them, the same when it is cut off."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from stripes import stripes
from tiny_vits import tiny_network
from towhee import ops
from towhee.errors import UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.data import TrainingData
from towhee.trainer.importing import import_lightning
from towhee.trainer.models.kinds import model_of
from towhee.trainer.pretraining.job import Built, Job
from towhee.trainer.pretraining.method import Method
from towhee.trainer.pretraining.random_views import RandomViews, View
from towhee.trainer.pretraining.running import run_job
from towhee.trainer.pretraining.spread import effective_rank
from towhee.trainer.settings import Settings
from towhee.trainer.training_config import TrainingConfig

pytestmark = pytest.mark.usefixtures("_quiet_logs")


@pytest.fixture
def _quiet_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="towhee.trainer")


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {name: tiny_network(folder / name, name) for name in ("test_resnet", "test_vit")}


def embedder(checkpoint: Path, **settings: Any) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch", **settings)


def config(folder: Path, method: str, **arguments: Any) -> TrainingConfig:
    usual = {"name_": method, "batch_size": 16, "epoch_num": 2, "lr": 1e-3}
    return TrainingConfig(
        output_dir=str(folder), pretrain={**usual, **arguments}, device_str="cpu", tensorboard=None
    )


def weights(folder: Path) -> dict[str, np.ndarray]:
    return load_file(folder / "model" / "model.safetensors")


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one)


METHODS = {
    "simclr": "test_resnet",
    "dino": "test_resnet",
    "masked_autoencoder": "test_vit",
    "masked_prediction": "test_vit",
}


def test_views_that_differ_in_colour_teach_a_network_to_look_at_patterns(
    networks: dict[str, Path], tmp_path: Path
) -> None:
    op = embedder(networks["test_resnet"])
    picture = np.asarray(stripes(1, seed=5)[0].value)
    untouched = op(picture)
    result = op.pretrain(
        config(tmp_path, "simclr", epoch_num=8, batch_size=32, lr=2e-3),
        stripes(192, seed=0, labelled=False),
        stripes(240, seed=1),
    )
    # Colours are drawn without regard to the pattern, so whatever neighbours have in common by
    # colour is chance; random weights see little else. Two standard deviations of a share of 120.
    assert result.metrics["knn"] > result.baseline["knn"] + 2 * np.sqrt(0.25 / 120)
    assert result.is_better
    assert not result.warnings
    assert str(result).startswith(f"knn {result.baseline['knn']:.4f} → {result.metrics['knn']:.4f}")
    assert abs(float(op(picture) @ untouched)) < 0.999  # the operator serves what was learned
    np.testing.assert_array_equal(embedder(result.folder)(picture), op(picture))
    assert f"{result.metrics['knn']:.4f}" in (result.folder / "README.md").read_text()


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_weights_and_a_cut_off_run_goes_on_to_them(
    networks: dict[str, Path], tmp_path: Path, method: str
) -> None:
    data = stripes(32, seed=0, labelled=False)

    class Cut(import_lightning().Callback):  # type: ignore[misc,name-defined]
        def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
            if trainer.current_epoch == 1:
                raise RuntimeError("cut off")

    def run(name: str, seed: int = 1, **more: Any) -> dict[str, np.ndarray]:
        torch.rand(3)  # whatever drew numbers before
        settings = config(tmp_path / name, method).replace(seed=seed)
        if more.pop("resume", False):
            settings.resume_from = str(tmp_path / name)
        embedder(networks[METHODS[method]]).pretrain(settings, data, **more)
        return weights(tmp_path / name)

    whole = run("whole")
    untouched = load_file(networks[METHODS[method]] / "model.safetensors")
    assert not same(untouched, whole)
    assert not same(run("other seed", seed=2), whole)
    with pytest.raises(RuntimeError, match="cut off"):
        run("cut", callbacks=[Cut()])
    assert same(run("cut", resume=True), whole)


@pytest.mark.parametrize("method", ["masked_autoencoder", "masked_prediction"])
def test_a_network_without_patches_is_refused_before_anything_is_done(
    networks: dict[str, Path], tmp_path: Path, method: str
) -> None:
    op = embedder(networks["test_resnet"])
    settings = config(tmp_path / "out", method)
    with pytest.raises(UsageError, match=r"is a ResNet.*simclr or dino.*vit_small"):
        op.pretrain(settings, stripes(32, 0, labelled=False))
    with pytest.raises(UsageError, match="is a ResNet"):
        op.train(settings, stripes(32, 0))
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_learned_from_is_refused_with_what_to_do(
    networks: dict[str, Path], tmp_path: Path
) -> None:
    op, data = embedder(networks["test_vit"]), stripes(32, 0, labelled=False)
    with pytest.raises(UsageError, match="takes no images of 50 x 50 pixels"):
        op.pretrain(config(tmp_path, "simclr", side=50), data)
    with pytest.raises(UsageError, match="all views of an image the same"):
        op.pretrain(config(tmp_path, "simclr").replace(augment="none"), data)
    with pytest.raises(UsageError, match="eval_dataset measures by labels"):
        op.pretrain(config(tmp_path, "simclr"), data, data)
    with pytest.raises(UsageError, match="leave one out"):
        op.train(config(tmp_path, "dino").replace(teacher="resnet18"), stripes(32, 0))
    with pytest.raises(UsageError, match="32 samples that nothing learns from: set pretrain"):
        op.train(TrainingConfig(output_dir=str(tmp_path)), stripes(32, 0), unlabelled=data)
    words = ops.text_embedding.hashing()
    with pytest.raises(UsageError, match=r"cannot be trained|views of images"):
        words.pretrain(config(tmp_path, "simclr"), data)


def test_without_labels_nothing_is_said_of_how_good_it_is(
    networks: dict[str, Path], tmp_path: Path
) -> None:
    op = embedder(networks["test_vit"])
    result = op.pretrain(config(tmp_path, "mae"), stripes(32, 0, labelled=False))
    assert result.is_better is None
    assert result.metrics == {}
    (warning,) = result.warnings
    assert "nothing says whether this model is better" in warning
    assert str(result).startswith("not measured, by masked_autoencoder")
    # One mask is as hard as the next, so what is drawn gets better as it is learned.
    losses = [row["loss"] for row in result.history]
    assert losses == sorted(losses, reverse=True)


class SaysTheSame(Method):
    """Whose loss is least where the last layer gives ones, whatever it is given."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, views: list[torch.Tensor]) -> torch.Tensor:
        last = self.network.norm
        loss: torch.Tensor = last.weight.square().sum() + (last.bias - 1).square().sum()
        return loss / 2


def test_vectors_that_collapse_are_noticed(networks: dict[str, Path], tmp_path: Path) -> None:
    op, data = embedder(networks["test_vit"]), stripes(48, 0, labelled=False)
    model = model_of(op.ref)
    vectors = [op(np.asarray(sample.value)) for sample in data]

    def build(job: Job, settings: Settings) -> Built:
        network, _ = model.load()
        rows = RandomViews(data, model.preprocess, [View(48, (0.5, 1.0), True)], seed=0)
        return Built(SaysTheSame(network), network, network, rows)

    arguments = {"epoch_num": 6, "batch_size": 16, "lr": 0.9}
    settings = config(tmp_path, "simclr").replace(optimizer="SGD", max_grad_norm=0.0)
    job = Job(model, settings, "simclr", arguments, data, tmp_path)
    done = run_job(job, build, is_new=True)
    assert effective_rank(vectors) > 1.5
    assert done.outcome.history[-1]["effective_rank"] < 1.5
    assert any("collapsed" in warning for warning in done.warnings)


def test_an_image_that_cannot_be_read_is_named_and_the_others_are_learned_from(
    networks: dict[str, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = stripes(20, 0, labelled=False)
    values = [*(np.asarray(sample.value) for sample in whole), b"no image at all"]
    keys = [*whole.sample_keys, "the broken one"]
    broken = TrainingData(values, np.full(21, -1), (), keys, images=True)
    op = embedder(networks["test_resnet"], layer="layer3")  # of which there is a teacher's too
    before = op(values[0])
    op.pretrain(config(tmp_path, "dino", epoch_num=1, local_crops=1, batch_size=21), broken)
    (said,) = [record.message for record in caplog.records if "skipped" in record.message]
    assert "the broken one" in said
    assert op(values[0]).shape == before.shape
    assert abs(float(op(values[0]) @ before)) < 0.99999


def test_a_recipe_ends_with_labels_and_shows_all_three_scores(
    networks: dict[str, Path], tmp_path: Path
) -> None:
    op = embedder(networks["test_resnet"])
    settings = config(tmp_path, "simclr", epoch_num=4).replace(method="linear_probe", epoch_num=4)
    result = op.train(
        settings, stripes(60, 0), stripes(60, 1), unlabelled=stripes(64, 2, labelled=False)
    )
    assert result.pretrained is not None
    scores = [each["knn"] for each in (result.baseline, result.pretrained, result.metrics)]
    assert len(set(scores)) == 3
    assert f"knn {scores[0]:.4f} → {scores[1]:.4f} → {scores[2]:.4f}" in str(result)
    assert f"simclr took knn from {scores[0]:.4f} to {scores[1]:.4f}" in result.reasons["pretrain"]
    page = result.report.read_text()
    assert "before labels" in page
    # The middle score is that of the folder of the first step, as anyone can measure it.
    first = embedder(tmp_path / "pretrained" / "model")
    vectors = np.stack([first(sample.value) for sample in stripes(60, 1)])
    known = np.stack([first(sample.value) for sample in stripes(60, 0)])
    nearest = np.argsort(-(vectors @ known.T), axis=1)[:, :10] % 3
    votes = np.array([np.bincount(row, minlength=3).argmax() for row in nearest])
    assert np.mean(votes == np.arange(60) % 3) == pytest.approx(scores[1], abs=0.1)  # ties differ
    picture = np.asarray(stripes(1, 7)[0].value)
    np.testing.assert_array_equal(embedder(result.folder)(picture), op(picture))


def test_a_first_step_that_did_not_help_says_so(networks: dict[str, Path], tmp_path: Path) -> None:
    op = embedder(networks["test_vit"])
    settings = config(tmp_path, "dino", lr=1e-12, epoch_num=1, local_crops=0)
    result = op.train(
        settings.replace(method="linear_probe", epoch_num=2), stripes(32, 0), stripes(32, 1)
    )
    assert result.pretrained == pytest.approx(dict(result.baseline))
    assert any("dino did not help" in warning for warning in result.warnings)


def test_a_training_that_is_resumed_takes_the_first_step_that_was_finished(
    networks: dict[str, Path], tmp_path: Path
) -> None:
    settings = config(tmp_path, "mae", epoch_num=1).replace(method="linear_probe", epoch_num=3)
    data = stripes(32, 0), stripes(32, 1)
    whole = embedder(networks["test_vit"]).train(settings, *data)
    first = tmp_path / "pretrained" / "model" / "model.safetensors"
    written = first.stat().st_mtime_ns
    again = embedder(networks["test_vit"]).train(settings.replace(resume_from=str(tmp_path)), *data)
    assert first.stat().st_mtime_ns == written
    assert again.pretrained == whole.pretrained
    assert again.metrics == whole.metrics
