"""A student that learns of a teacher: what is compared, what rises, what is refused."""

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
from towhee.errors import UnknownNameError, UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.data import TrainingData
from towhee.trainer.distillation.agreement import agreement
from towhee.trainer.distillation.distiller import (
    Distiller,
    first_projection,
    similarity_loss,
    vector_loss,
)
from towhee.trainer.distillation.teacher import teacher_ref
from towhee.trainer.importing import import_lightning
from towhee.trainer.training_config import TrainingConfig

pytestmark = pytest.mark.usefixtures("_quiet_logs")


@pytest.fixture
def _quiet_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="towhee.trainer")


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_network(tmp_path_factory.mktemp("models") / "student", "test_resnet")


def embedder(checkpoint: Path) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")


TEACHER = ops.image_embedding.embedded()
"""Which knows something, and comes with the package."""


def config(folder: Path, **settings: Any) -> TrainingConfig:
    usual = {"epoch_num": 4, "batch_size": 24, "lr": 1e-3, "device_str": "cpu", "tensorboard": None}
    return TrainingConfig(output_dir=str(folder), **{**usual, **settings})


def vectors(op: OperatorHandle, data: TrainingData) -> np.ndarray:
    return np.stack([op(np.asarray(sample.value)) for sample in data])


def likeness_agrees(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Spearman's correlation of all pairs' cosines, by ranks that no two share."""
    upper = np.triu_indices(len(ours), 1)
    ranks = []
    for rows in (ours, theirs):
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        ranks.append((unit @ unit.T)[upper].argsort().argsort())
    return float(np.corrcoef(*ranks)[0, 1])


def test_likeness_is_compared_as_distributions_over_the_other_samples() -> None:
    ours, theirs = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 7, dtype=torch.float64)

    def shares(rows: np.ndarray, sample: int) -> np.ndarray:
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        likeness = np.delete(unit @ unit[sample], sample) / 0.1
        exponentials = np.exp(likeness - likeness.max())
        return exponentials / exponentials.sum()

    pairs = [(shares(theirs.numpy(), n), shares(ours.numpy(), n)) for n in range(5)]
    expected = np.mean([np.sum(true * np.log(true / said)) for true, said in pairs])
    assert float(similarity_loss(ours, theirs)) == pytest.approx(expected, rel=1e-4)
    rotation = torch.linalg.qr(torch.randn(7, 7, dtype=torch.float64))[0]
    turned = 3 * theirs @ rotation  # neither length nor direction of the whole matters
    assert float(similarity_loss(turned, theirs)) == pytest.approx(0, abs=1e-5)
    assert float(similarity_loss(ours[:2], theirs[:2])) == 0


def test_vectors_are_compared_by_their_cosine() -> None:
    ours, theirs = torch.randn(6, 4), torch.randn(6, 4)
    cosines = [float(a @ b) / float(a.norm() * b.norm()) for a, b in zip(ours, theirs, strict=True)]
    assert float(vector_loss(ours, theirs)) == pytest.approx(1 - np.mean(cosines), rel=1e-5)


def test_the_first_projection_is_the_ridge_that_samples_left_out_ask_for() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(40, 30)).astype(np.float32) + 2
    weight, bias = random.normal(size=(4, 30)), random.normal(size=4)
    exact = (features @ weight.T + bias).astype(np.float32)
    made = first_projection(features, exact)  # nothing to gain by a ridge
    np.testing.assert_allclose(made.weight.detach(), weight, atol=1e-3)
    np.testing.assert_allclose(made.bias.detach(), bias, atol=1e-2)
    noise = random.normal(size=(40, 4)).astype(np.float32)  # nothing to learn but the mean
    made = first_projection(features, noise)
    held_out = random.normal(size=(500, 30)).astype(np.float32) + 2
    said = made(torch.from_numpy(held_out)).detach().numpy()
    free = np.linalg.lstsq(features - features.mean(0), noise - noise.mean(0), rcond=None)[0]
    assert np.abs(said - noise.mean(0)).mean() < 0.2 * np.abs((held_out - 2) @ free).mean()
    # The strength is the one whose error, each sample predicted by the others, is the least.
    mixed = exact[:, :1] + 4 * noise[:, :1]
    made = first_projection(features, mixed)

    def left_out(strength: float) -> float:
        errors = []
        for n in range(40):
            rest = np.delete(np.arange(40), n)
            x, y = features[rest].astype(float), mixed[rest].astype(float)
            a = x - x.mean(0)
            w = np.linalg.solve(a.T @ a + strength * np.eye(30), a.T @ (y - y.mean(0)))
            errors.append((features[n] - x.mean(0)) @ w + y.mean(0) - mixed[n])
        return float(np.square(errors).mean())

    centred = features.astype(float) - features.mean(0)
    strengths = np.geomspace(1e-6, 1e3, 28) * np.square(np.linalg.svd(centred)[1]).mean()
    best = strengths[int(np.argmin([left_out(each) for each in strengths]))]
    square = centred.T @ centred + best * np.eye(30)
    expected = np.linalg.solve(square, centred.T @ (mixed - mixed.mean(0)))
    np.testing.assert_allclose(made.weight.detach().numpy().T, expected, rtol=0.02, atol=0.02)


def test_labels_count_for_samples_that_have_one() -> None:
    student, classifier = torch.nn.Identity(), torch.nn.Linear(3, 2)
    method = Distiller(student, "vectors", None, classifier, label_weight=0.5)
    inputs, taught = torch.randn(4, 3), torch.randn(4, 3)
    without = float(vector_loss(inputs, taught))
    labels = torch.tensor([1, -1, 0, -1])
    expected = -classifier(inputs).log_softmax(1)[[0, 2], [1, 0]].mean().detach()
    given = method((inputs, taught, labels)).detach()
    assert float(given) == pytest.approx(without + 0.5 * float(expected), rel=1e-5)
    assert float(method((inputs, taught, torch.full((4,), -1)))) == pytest.approx(without)


def test_a_student_agrees_better_on_pictures_that_nobody_showed_it(
    student: Path, tmp_path: Path
) -> None:
    op, held_out = embedder(student), stripes(60, seed=1)
    theirs = vectors(TEACHER, held_out)
    before = likeness_agrees(vectors(op, held_out), theirs)
    result = op.distill(
        config(tmp_path), stripes(96, 0, labelled=False), TEACHER, held_out, match="similarities"
    )
    ours = vectors(op, held_out)
    assert ours.shape == (60, 96)
    after = likeness_agrees(ours, theirs)
    assert result.baseline["teacher_ranks"] == pytest.approx(before, abs=0.01)  # ties
    assert result.metrics["teacher_ranks"] == pytest.approx(after, abs=0.01)
    assert "teacher_cosine" not in result.metrics  # their vectors have other lengths
    # 1,770 pairs of 60 pictures say no more than 60 independent values of a correlation would.
    assert after > before + 1 / np.sqrt(60)
    assert result.is_better
    assert not result.warnings


def test_a_student_of_vectors_is_at_home_among_its_teachers(student: Path, tmp_path: Path) -> None:
    op, held_out = embedder(student), stripes(60, seed=1)
    theirs = vectors(TEACHER, held_out)
    assert vectors(op, held_out.subset([0])).shape == (1, 96)
    shown = stripes(192, 0, labelled=False)
    result = op.distill(config(tmp_path, epoch_num=8), shown, TEACHER, held_out)
    ours = vectors(op, held_out)
    assert ours.shape == theirs.shape
    cosine = float(np.mean(np.sum(ours * theirs, axis=1)))
    assert result.metrics["teacher_cosine"] == pytest.approx(cosine, abs=1e-4)
    # Who says the mean of what the teacher showed knows nothing of any picture.
    mean = vectors(TEACHER, shown).mean(0)
    assert cosine > float(np.mean(theirs @ mean)) / np.linalg.norm(mean)
    # By chance one of 60 finds itself; five do once in 300 times.
    nearest = np.argmax(ours @ theirs.T, axis=1)
    assert np.sum(nearest == np.arange(60)) >= 5


def test_labels_may_be_learned_beside_the_teacher_and_name_classes_then(
    student: Path, tmp_path: Path
) -> None:
    op = embedder(student)
    with pytest.raises(UsageError, match="the data has none"):
        op.distill(config(tmp_path), stripes(48, 0, labelled=False), TEACHER, label_weight=1.0)
    op.distill(config(tmp_path), stripes(48, 0), TEACHER, match="similarities", label_weight=1.0)
    assert (tmp_path / "model" / "labels.txt").read_text().split() == list(stripes(3, 0).classes)
    named = ops.image_classification.timm(
        checkpoint=str(tmp_path / "model"), backend="torch", topk=1
    )
    (best,) = named(np.asarray(stripes(1, 5)[0].value))
    assert best.label in stripes(3, 0).classes


def test_the_same_seed_gives_the_same_weights_and_a_cut_off_run_goes_on_to_them(
    student: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, other = stripes(32, 0, labelled=False), stripes(12, 1, labelled=False)

    class Cut(import_lightning().Callback):  # type: ignore[misc,name-defined]
        def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
            if trainer.current_epoch == 1:
                raise RuntimeError("cut off")

    def run(name: str, resume: str | None = None, **more: Any) -> dict[str, np.ndarray]:
        settings = config(tmp_path / name, epoch_num=2, batch_size=16, resume_from=resume)
        embedder(student).distill(settings, data, TEACHER, other, **more)
        return load_file(tmp_path / name / "model" / "model.safetensors")

    whole = run("whole")
    with pytest.raises(RuntimeError, match="cut off"):
        run("cut", callbacks=[Cut()])
    asked: list[str] = []
    from towhee.trainer.distillation import teaching

    known = teaching.embedded

    def watched(ref: Any, *args: Any, **more: Any) -> Any:
        asked.append(more["what"])
        return known(ref, *args, **more)

    monkeypatch.setattr(teaching, "embedded", watched)
    resumed = run("cut", resume=str(tmp_path / "cut"))
    assert all(np.array_equal(whole[name], resumed[name]) for name in whole)
    assert "ask the teacher about" not in asked  # what it said before was kept
    with pytest.raises(UsageError, match="another training"):
        run("cut", resume=str(tmp_path / "cut"), match="similarities")


def test_a_recipe_begins_with_the_teacher_and_its_setting_can_be_kept_in_a_file(
    student: Path, tmp_path: Path
) -> None:
    settings = config(tmp_path / "out", teacher=TEACHER, method="linear_probe")
    assert settings.teacher == {"operator": "image_embedding.embedded", "with": {}}
    settings.teacher = {**settings.teacher, "epoch_num": 3, "lr": 1e-3}
    settings.save(tmp_path / "config.yaml")
    read = TrainingConfig.load(tmp_path / "config.yaml")
    assert read.teacher == settings.teacher
    assert teacher_ref(read.teacher, embedder(student).ref) == TEACHER.ref
    result = embedder(student).train(read, stripes(30, 0), stripes(30, 1))
    assert result.pretrained is not None
    assert result.pretrained != result.baseline
    assert "distillation took knn" in result.reasons["teacher"]


def test_a_teacher_is_an_operator_a_name_or_a_folder_and_nothing_else(student: Path) -> None:
    ref = embedder(student).ref
    assert dict(teacher_ref("resnet50", ref).kwargs) == {"model_name": "resnet50"}
    assert dict(teacher_ref(str(student), ref).kwargs) == {"checkpoint": str(student)}
    assert teacher_ref("resnet50", ref).name == "image_embedding.timm"
    with pytest.raises(UsageError, match="not 7"):
        TrainingConfig(teacher=7)
    with pytest.raises(UsageError, match=r"under 'operator'.*under 'with'"):
        TrainingConfig(teacher={"operator": "image_embedding.timm", "model_name": "resnet50"})
    with pytest.raises(UnknownNameError, match="embedded"):
        teacher_ref({"operator": "image_embedding.embeded", "with": {}}, ref)
    with pytest.raises(UsageError, match="there is no teacher"):
        embedder(student).distill(TrainingConfig(), stripes(12, 0))
    with pytest.raises(UsageError, match="match is one of vectors, similarities"):
        embedder(student).distill(TrainingConfig(), stripes(12, 0), TEACHER, match="both")


def test_agreement_is_one_for_the_same_likeness_in_another_space() -> None:
    random = np.random.default_rng(0)
    theirs = random.normal(size=(30, 6))
    turned = theirs @ np.linalg.qr(random.normal(size=(6, 6)))[0]
    found = agreement(turned, theirs)
    assert found["teacher_ranks"] == pytest.approx(1.0)
    assert abs(found["teacher_cosine"]) < 0.9
    assert set(agreement(theirs[:, :3], theirs)) == {"teacher_ranks"}
