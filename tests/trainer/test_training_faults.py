"""What goes wrong while a training runs: it goes on, or stops with a clear word and can go on."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from colour_squares import colour_squares, saved_squares
from towhee import ops
from towhee.errors import DataError, TrainingError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.importing import import_lightning
from towhee.trainer.training_config import TrainingConfig


def embedder(checkpoint: Path) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")


def config(folder: Path, **settings: Any) -> TrainingConfig:
    usual = {
        "output_dir": str(folder),
        "method": "full",
        "batch_size": 8,
        "epoch_num": 3,
        "device_str": "cpu",
        "tensorboard": None,
    }
    return TrainingConfig(**{**usual, **settings})


def at_epoch(number: int, happens: Any) -> Any:
    """A callback by which something happens when an epoch begins, counted from 1."""

    class Happens(import_lightning().Callback):  # type: ignore[misc]  # Any
        def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
            if trainer.current_epoch + 1 == number:
                happens()

    return Happens()


def weights(folder: Path) -> bytes:
    return (folder / "model" / "model.safetensors").read_bytes()


@pytest.mark.parametrize("workers", [0, 2])
def test_a_file_that_is_deleted_while_it_is_trained_on_is_named_and_left_out(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, workers: int
) -> None:
    data = saved_squares(tmp_path / "squares", 30, seed=0)
    gone = tmp_path / "squares" / "5.png"
    caplog.set_level(logging.WARNING, logger="towhee.trainer")
    result = embedder(checkpoint).train(
        config(tmp_path / "out", dataloader_num_workers=workers),
        data,
        colour_squares(12, 1),
        callbacks=[at_epoch(2, gone.unlink)],
    )
    said = [record.getMessage() for record in caplog.records if "5.png" in record.getMessage()]
    epochs = [message.split(":")[0] for message in said if message.startswith("skipped in epoch")]
    assert epochs == ["skipped in epoch 2", "skipped in epoch 3"]
    assert len(result.history) == 3


def test_a_file_to_evaluate_with_that_is_deleted_stops_the_training_and_it_goes_on_when_it_is_back(
    checkpoint: Path, tmp_path: Path
) -> None:
    train, evaluation = colour_squares(30, 0), saved_squares(tmp_path / "squares", 12, seed=1)
    embedder(checkpoint).train(config(tmp_path / "whole"), train, evaluation)
    gone = tmp_path / "squares" / "3.png"
    content = gone.read_bytes()
    with pytest.raises(DataError, match=r"could be read before.*3\.png"):
        embedder(checkpoint).train(
            config(tmp_path / "cut"), train, evaluation, callbacks=[at_epoch(2, gone.unlink)]
        )
    gone.write_bytes(content)
    resumed = config(tmp_path / "cut", resume_from=str(tmp_path / "cut"))
    embedder(checkpoint).train(resumed, train, evaluation)
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_a_jpeg_that_is_cut_off_is_named_and_left_out(checkpoint: Path, tmp_path: Path) -> None:
    data = saved_squares(tmp_path / "squares", 30, seed=0)
    half = tmp_path / "squares" / "4.png"
    PIL.Image.open(half).save(half, "JPEG")
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    result = embedder(checkpoint).train(
        config(tmp_path / "out", epoch_num=1), data, colour_squares(12, 1)
    )
    assert result.skipped == ("4.png",)


def test_a_full_disk_stops_the_training_with_the_remedy_which_works(
    checkpoint: Path, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_up() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))

    data = colour_squares(30, 0), colour_squares(12, 1)
    embedder(checkpoint).train(config(tmp_path / "whole"), *data)
    op = embedder(checkpoint)
    before = op.ref
    try:
        with pytest.raises(TrainingError, match=r"make room and pass resume_from='(.*last\.ckpt)'"):
            op.train(config(tmp_path / "cut"), *data, callbacks=[at_epoch(2, fill_up)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert op.ref == before
    last = tmp_path / "cut" / "checkpoints" / "last.ckpt"
    op.train(config(tmp_path / "cut", resume_from=str(last)), *data)
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")
