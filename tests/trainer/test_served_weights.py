"""What settings say of a training is what the loop does, and what the operator then serves."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from colour_squares import colour_squares
from tiny_models import tiny_checkpoint
from towhee import ops
from towhee.trainer.importing import import_lightning
from towhee.trainer.result import TrainingResult
from towhee.trainer.training_config import TrainingConfig

ONE_SAMPLE = 1 / 30 + 1e-6  # of those to evaluate with: a tie may fall the other way when served


def trained(folder: Path, callbacks: tuple[Any, ...] = (), **settings: Any) -> TrainingResult:
    checkpoint = folder / "test_resnet"
    if not checkpoint.exists():
        tiny_checkpoint(checkpoint)
    op = ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")
    usual = {
        "output_dir": str(folder / "out"),
        "method": "full",
        "batch_size": 8,
        "epoch_num": 3,
        "device_str": "cpu",
        "tensorboard": None,
    }
    config = TrainingConfig(**{**usual, **settings})
    return op.train(config, colour_squares(60, 0), colour_squares(30, 1), callbacks=callbacks)


class Spoil(import_lightning().Callback):  # type: ignore[misc]  # Any
    """Makes the last epoch end with a network that gives the same for whatever it sees."""

    def on_train_batch_end(
        self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int
    ) -> None:
        if trainer.current_epoch == 2:
            for weight in module.network.parameters():
                weight.data.zero_()


def test_the_best_weights_are_served_or_the_last_as_the_setting_says(tmp_path: Path) -> None:
    best = trained(tmp_path, (Spoil(),))
    measured = [row["knn"] for row in best.history]
    assert max(measured[:2]) - measured[2] > 2 * ONE_SAMPLE
    assert best.metrics["knn"] == pytest.approx(max(measured), abs=ONE_SAMPLE)
    last = trained(tmp_path, (Spoil(),), load_best_model_at_end=False)
    assert last.metrics["knn"] == pytest.approx(measured[2], abs=ONE_SAMPLE)


def test_the_learning_rate_falls_over_the_steps_that_the_optimizer_makes(tmp_path: Path) -> None:
    result = trained(
        tmp_path, lr=1e-3, warmup_steps=0, gradient_accumulation=3, lr_scheduler_type="cosine"
    )
    steps = [row["step"] for row in result.history]
    assert steps == [3, 6, 9]  # 8 batches of 60 samples an epoch, three of them make a step
    rates = [row["lr"] for row in result.history]
    expected = [1e-3 * 0.5 * (1 + math.cos(math.pi * done / 9)) for done in steps]
    assert rates == pytest.approx(expected, abs=1e-12)


def test_early_stopping_waits_for_evaluations_between_epochs_too(tmp_path: Path) -> None:
    result = trained(
        tmp_path,
        lr=1e-12,
        optimizer="SGD",
        freeze_bn=True,
        augment="none",
        eval_strategy="steps",
        eval_steps=2,
        early_stopping=3,
        epoch_num=9,
    )
    measured = [row["knn"] for row in result.history if "knn" in row]
    assert len(set(measured)) == 1  # nothing is learned
    assert len(measured) == 1 + 3  # the first, and three that are no better
