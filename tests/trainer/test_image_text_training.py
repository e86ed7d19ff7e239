"""Training of embeddings of images and texts in one space, on pairs that belong together."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_image_models
from towhee import ops
from towhee.errors import UnknownNameError, UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer import dataset
from towhee.trainer.data import TrainingData
from towhee.trainer.pairs.contrastive_loss import contrastive_loss
from towhee.trainer.training_config import TrainingConfig

CAPTIONS = {"disc": "a round disc", "square": "a square", "triangle": "three sides", "cross": "X"}


def captioned(name: str, size: int, *, image_first: bool = True) -> TrainingData:
    """Drawn shapes, each with the words for its shape."""
    shapes = dataset(name, size=size, side=40)
    rows = [
        {"image": sample.value, "text": CAPTIONS[shapes.classes[sample.label or 0]]}
        for sample in shapes
    ]
    return dataset(rows, value=("image", "text") if image_first else ("text", "image"), label=False)


@pytest.fixture(scope="module", params=["clip", "siglip", "open_clip"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows nothing, with small weights, from which it can learn."""
    return _small(getattr(tiny_image_models, kind), tmp_path_factory.mktemp("models") / kind)


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _small(tiny_image_models.clip, tmp_path_factory.mktemp("models") / "clip")


def _small(make: Callable[[Path], Path], into: Path) -> Path:
    """The model with weights as training begins with them: small, and norms that change nothing."""
    from safetensors.torch import load_file, save_file

    (file,) = make(into).glob("*model.safetensors")
    weights = {}
    for name, weight in load_file(file).items():
        is_norm = weight.ndim == 1 and ("norm" in name or "ln_" in name)
        weights[name] = weight * (0.3 if weight.ndim > 1 else 0.0)
        if is_norm and name.endswith("weight"):
            weights[name] += 1
        if name == "logit_scale":
            weights[name] += math.log(1 / 0.07)
    save_file(weights, file, metadata={"format": "pt"})
    return into


def embedder(kind: str, folder: Path, modality: str) -> OperatorHandle:
    made = getattr(ops.image_text_embedding, kind)
    return made(  # type: ignore[no-any-return]
        modality=modality, checkpoint=str(folder), backend="torch"
    )


def config(folder: Path, **settings: Any) -> TrainingConfig:
    usual = {
        "output_dir": str(folder),
        "device_str": "cpu",
        "tensorboard": None,
        "epoch_num": 10,
        "batch_size": 16,
        "lr": 2e-3,
        "metric": "recall@1",
    }
    return TrainingConfig(**{**usual, **settings})


def found(image: OperatorHandle, text: OperatorHandle, data: TrainingData) -> float:
    """The share of images whose own caption is the nearest of the four."""
    captions = list(CAPTIONS.values())
    images = np.stack(image.batch([sample.value[0] for sample in data]))
    nearest = (images @ np.stack(text.batch(captions)).T).argmax(1)
    own = [captions.index(sample.value[1]) for sample in data]
    return float(np.mean(nearest == np.array(own)))


def above_chance(count: int) -> float:
    """What naming one caption of four at random reaches once in three million times."""
    return 0.25 + 5 * math.sqrt(0.25 * 0.75 / count)


def test_both_modalities_serve_what_was_trained(kind: str, folder: Path, tmp_path: Path) -> None:
    op, held_out = embedder(kind, folder, "text"), captioned("eval", 40)
    text_before = op("a square")
    result = op.train(config(tmp_path / "out", method="full"), captioned("train", 160), held_out)
    assert found(embedder(kind, folder, "image"), embedder(kind, folder, "text"), held_out) < 0.5
    op.save(tmp_path / "saved")
    image = embedder(kind, tmp_path / "saved", "image")
    assert found(image, op, held_out) > above_chance(len(held_out))
    assert result.metrics["recall@1"] > result.baseline["recall@1"]
    assert float(text_before @ op("a square")) < 0.999
    assert "zero-shot" in (tmp_path / "saved/README.md").read_text()
    page = (tmp_path / "out/report.html").read_text()
    assert "three sides" in page
    assert "data:image/" in page
    if kind != "open_clip":
        from towhee.models.transformers.config import load_config

        assert load_config(tmp_path / "saved").model_type == kind


@pytest.mark.parametrize("method", ["linear_probe", "lora", "partial"])
def test_every_method_finds_what_belongs_together(
    clip_folder: Path, tmp_path: Path, method: str
) -> None:
    op, held_out = embedder("clip", clip_folder, "image"), captioned("eval", 40)
    longer = {"epoch_num": 40, "lr": 1e-2} if method == "linear_probe" else {}
    settings = config(tmp_path, method=method, **longer)
    result = op.train(settings, captioned("train", 160), held_out)
    text = embedder("clip", tmp_path / "model", "text")
    assert result.method == method
    assert found(op, text, held_out) > above_chance(len(held_out))


def test_a_training_that_was_cut_off_goes_on_and_ends_with_the_same_weights(
    clip_folder: Path, tmp_path: Path
) -> None:
    import lightning.pytorch as lightning
    from safetensors.numpy import load_file

    class Killed(lightning.Callback):  # type: ignore[misc]  # Any
        def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
            if trainer.current_epoch == 2:
                raise KeyboardInterrupt

    data = captioned("train", 40, image_first=False), captioned("eval", 8, image_first=False)
    settings = {"epoch_num": 4, "method": "full"}
    embedder("clip", clip_folder, "image").train(config(tmp_path / "whole", **settings), *data)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        embedder("clip", clip_folder, "image").train(
            config(tmp_path / "cut", **settings), *data, callbacks=[Killed()]
        )
    resumed = config(tmp_path / "cut", **settings, resume_from=str(tmp_path / "cut"))
    embedder("clip", clip_folder, "image").train(resumed, *data)
    whole, cut = (
        load_file(tmp_path / name / "model/model.safetensors") for name in ("whole", "cut")
    )
    for name in whole:
        np.testing.assert_array_equal(whole[name], cut[name])


def test_files_of_a_table_are_read_and_a_damaged_one_is_left_out_by_name(
    clip_folder: Path, tmp_path: Path
) -> None:
    lines = ["picture,caption"]
    for place, sample in enumerate(captioned("train", 20)):
        sample.value[0].save(tmp_path / f"{place}.png")
        lines.append(f"{place}.png,{sample.value[1]}")
    (tmp_path / "3.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    (tmp_path / "pairs.csv").write_text("\n".join(lines))
    pairs = dataset(tmp_path / "pairs.csv", value=("picture", "caption"), label=False)
    op = embedder("clip", clip_folder, "text")
    result = op.train(config(tmp_path / "out", epoch_num=1, method="lora"), pairs, pairs)
    assert set(result.skipped) == {"pairs.csv[3]"}
    assert any("are among those to train on" in warning for warning in result.warnings)


def test_what_images_and_texts_cannot_have_is_refused_by_name(
    clip_folder: Path, tmp_path: Path
) -> None:
    op, data = embedder("clip", clip_folder, "image"), captioned("train", 20)
    for settings, message in (
        ({"loss": "CoSENTLoss"}, "CoSENTLoss"),
        ({"mixup": 0.2}, "mixup"),
        ({"metric": "spearman"}, "mrr or recall@k"),
        ({"loss": {"name_": "InfoNCE", "margin": 1}}, "margin"),
        ({"loss": {"name_": "InfoNCE", "temperature": 0}}, "above 0"),
    ):
        with pytest.raises((UsageError, UnknownNameError), match=message):
            op.train(config(tmp_path, **settings), data)
    texts = dataset([{"a": "x", "b": "y"}] * 20, value=("a", "b"), label=False)
    with pytest.raises(UsageError, match="pairs of an image and a text"):
        op.train(config(tmp_path), texts)
    with pytest.raises(UsageError, match="cannot be trained on samples with labels"):
        op.train(config(tmp_path), dataset("train", size=20))


def test_the_loss_is_the_mean_of_both_ways_without_what_is_the_same() -> None:
    import torch

    random = np.random.default_rng(0)
    images, texts = random.normal(size=(2, 4, 5))
    ids = np.array([[0, 0], [1, 1], [2, 0], [1, 3]])  # 0 and 2 share a text, 1 and 3 an image
    cosines = (images / np.linalg.norm(images, axis=1, keepdims=True)) @ (
        texts / np.linalg.norm(texts, axis=1, keepdims=True)
    ).T
    total = 0.0
    for row in range(4):
        others = [
            column for column in range(4) if column == row or not (ids[row] == ids[column]).any()
        ]
        for way in (cosines[row], cosines[:, row]):
            logits = way[others] / 0.5
            total -= logits[others.index(row)] - math.log(np.exp(logits).sum())
    loss = contrastive_loss(0.5)(
        (torch.from_numpy(images), torch.from_numpy(texts)), torch.from_numpy(ids)
    )
    assert float(loss.detach()) == pytest.approx(total / 8, rel=1e-5)
