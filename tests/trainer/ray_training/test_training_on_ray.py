"""A training on a cluster is the training of this machine, and outlives its workers."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from colour_squares import colour_squares
from ray_processes import ray_processes
from towhee import ops
from towhee.errors import UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.data import TrainingData
from towhee.trainer.importing import import_lightning
from towhee.trainer.training_config import TrainingConfig

pytestmark = pytest.mark.usefixtures("nothing_left", "sent_by_value")

DATA = colour_squares(60, 0), colour_squares(30, 1)
PICTURE = np.asarray(colour_squares(1, seed=9)[0].value)


def embedder(checkpoint: Path) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")


def config(folder: Path, **changes: object) -> TrainingConfig:
    usual = {
        "output_dir": str(folder), "method": "full", "epoch_num": 2, "batch_size": 8,
        "device_str": "cpu", "tensorboard": None, "early_stopping": None,
    }  # fmt: skip
    return TrainingConfig(**{**usual, **changes})


def weights(folder: Path) -> dict[str, Any]:
    return load_file(folder / "model" / "model.safetensors")


EPOCHS = 6


class Slowly(import_lightning().Callback):  # type: ignore[misc]
    """By which an epoch takes long enough for something to happen in it."""

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        time.sleep(0.3)  # else all epochs are over before a worker can be killed in one


def when(is_so: Callable[[], bool], then: Callable[[], object]) -> threading.Thread:
    """Do something as soon as something is so."""

    def watch() -> None:
        ends_at = time.monotonic() + 60
        while not is_so() and time.monotonic() < ends_at:
            time.sleep(0.02)  # what another process has done is seen by looking
        then()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_two_workers_give_what_two_devices_give_though_one_of_them_is_killed(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    changes = {"epoch_num": EPOCHS, "devices": 2}
    here = embedder(checkpoint).train(config(tmp_path / "here", **changes), *DATA)
    state = tmp_path / "there" / "checkpoints" / "last.ckpt"
    killer = when(state.is_file, lambda: ray_processes("RayTrainWorker")[-1].kill())
    there = embedder(checkpoint).train(
        config(tmp_path / "there", **changes), *DATA, engine="ray", callbacks=[Slowly()]
    )
    killer.join()
    assert "a worker was lost; the training goes on" in caplog.text
    steps = [4 * epoch for epoch in range(1, EPOCHS + 1)]
    assert [row["step"] for row in there.history] == steps, "batches of 16, in two halves"
    assert there.history == here.history
    assert there.metrics == here.metrics
    expected, found = weights(tmp_path / "here"), weights(tmp_path / "there")
    assert all((found[name] == expected[name]).all() for name in expected)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send SIGINT to itself alone")
def test_one_worker_gives_what_this_machine_gives_though_ctrl_c_came_between(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folders = tmp_path / "here" / "trained", tmp_path / "there" / "trained"
    here = embedder(checkpoint).train(config(folders[0], epoch_num=EPOCHS), *DATA)
    op = embedder(checkpoint)
    settings = config(folders[1], epoch_num=EPOCHS)
    state = folders[1] / "checkpoints" / "last.ckpt"
    interrupting = when(state.is_file, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        op.train(settings, *DATA, engine="ray", callbacks=[Slowly()])
    interrupting.join()
    assert 0 < len((folders[1] / "metrics.jsonl").read_text().splitlines()) < EPOCHS
    caplog.set_level(logging.INFO, "towhee")
    caplog.clear()
    there = op.train(settings.replace(resume_from=str(folders[1])), *DATA, engine="ray")
    said = [record.getMessage() for record in caplog.records]
    assert any(line.startswith("going on in epoch ") for line in said)
    assert str(there) in said
    assert there.metrics == here.metrics
    assert there.history == here.history
    assert there.reasons == here.reasons
    expected, found = map(weights, folders)
    # As many threads, so sums in the same order: equal to the bit.
    assert all((found[name] == expected[name]).all() for name in expected)
    expected_files, found_files = (
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        for folder in folders
    )
    assert found_files == expected_files
    assert there.folder == folders[1] / "model"
    assert there.report == folders[1] / "report.html"
    assert str(there.folder) in there.report.read_text(), "the page names the caller's folder"
    assert f"output_dir: {folders[1]}" in (folders[1] / "training_config.yaml").read_text()
    assert op.ref == there.ref
    assert dict(there.ref.kwargs)["checkpoint"] == str(there.folder)
    np.testing.assert_array_equal(op(PICTURE), embedder(folders[0] / "model")(PICTURE))


def test_a_transform_that_cannot_be_sent_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    lock = threading.Lock()

    def held(picture: Any) -> Any:
        with lock:
            return picture

    data: TrainingData = DATA[0].with_transform(held)
    with pytest.raises(UsageError, match="cannot be sent to the cluster"):
        embedder(checkpoint).train(config(tmp_path / "out"), data, engine="ray")
    assert not (tmp_path / "out").exists()
