"""What a training leaves to look at, and what it says of the data before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from colour_squares import colour_squares
from tiny_models import tiny_checkpoint
from towhee import ops
from towhee.trainer.training_config import TrainingConfig


def test_the_report_holds_the_figures_and_pictures_of_the_training(tmp_path: Path) -> None:
    op = ops.image_embedding.timm(
        checkpoint=str(tiny_checkpoint(tmp_path / "test_resnet")), backend="torch"
    )
    config = TrainingConfig(
        output_dir=str(tmp_path / "out"), method="full", epoch_num=2, device_str="cpu"
    )
    result = op.train(config, colour_squares(60, 0), colour_squares(30, 1))
    assert result.report == tmp_path / "out" / "report.html"
    page = result.report.read_text(encoding="utf-8")
    for name in ("red", "green", "blue"):
        assert name in page
    assert f"{result.metrics['knn']:.4f}" in page
    assert f"{result.baseline['knn']:.4f}" in page
    assert page.count("data:image/") >= 6, "the heatmaps, and samples with their neighbours"
    assert 'src="http' not in page, "it stands alone"


def test_samples_that_are_trained_and_measured_with_are_told_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    op = ops.image_embedding.timm(
        checkpoint=str(tiny_checkpoint(tmp_path / "test_resnet")), backend="torch"
    )
    config = TrainingConfig(output_dir=str(tmp_path / "out"), epoch_num=1, device_str="cpu")
    train = colour_squares(30, 0)
    result = op.train(config, train, train.subset(range(6)))
    assert any("6 " in warning and "train" in warning for warning in result.warnings), (
        result.warnings
    )
