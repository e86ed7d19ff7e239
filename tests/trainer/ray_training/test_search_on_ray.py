"""Trials on a cluster: those of this machine if one follows the other, and several at once."""

from __future__ import annotations

import contextlib
import csv
import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colour_squares import colour_squares
from ray_processes import ray_processes
from towhee import ops
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.hyperparameters import tune
from towhee.trainer.ray_training.placement import Placement
from towhee.trainer.ray_training.searching import OnCluster
from towhee.trainer.training_config import TrainingConfig

pytestmark = pytest.mark.usefixtures("nothing_left")

PICTURE = np.asarray(colour_squares(1, seed=9)[0].value)
DATA = colour_squares(40, 0), colour_squares(24, 1)
SPACE = {"lr": (1e-5, 1e-1), "loss": ["SupConLoss", "CrossEntropyLoss"]}


def embedder(checkpoint: Path) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")


def config(folder: Path, **changes: object) -> TrainingConfig:
    usual = {
        "output_dir": str(folder), "method": "linear_probe", "epoch_num": 2, "batch_size": 16,
        "device_str": "cpu", "tensorboard": None,
    }  # fmt: skip
    return TrainingConfig(**{**usual, **changes})


def what_was_tried(found: Any) -> list[tuple[Any, ...]]:
    return [
        (trial.number, trial.state, dict(trial.settings), trial.value) for trial in found.trials
    ]


class When(logging.Handler):
    """Does something when a training first says so."""

    def __init__(self, said: str, do: Callable[[], object]) -> None:
        super().__init__()
        self._said, self._do = said, do
        self.is_done = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self.is_done and self._said in record.getMessage():
            self.is_done = True
            self._do()


@contextlib.contextmanager
def when(said: str, do: Callable[[], object]) -> Iterator[None]:
    logger, handler = logging.getLogger("towhee.trainer"), When(said, do)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    assert handler.is_done


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send SIGINT to itself alone")
def test_one_at_a_time_are_the_trials_of_this_machine_though_ctrl_c_came_between(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "towhee")
    space = {"lr": [1e-9, 0.1], "loss": ["SupConLoss"]}  # of which some are ended early
    settings = {"epoch_num": 4, "early_stopping": None}
    here = embedder(checkpoint).tune(
        config(tmp_path / "here", **settings), *DATA, trials=7, space=space
    )
    op = embedder(checkpoint)
    there_too = config(tmp_path / "there", **settings)
    on_ray = {"trials": 7, "space": space, "engine": "ray", "num_worker": 1}
    with (
        pytest.raises(KeyboardInterrupt),
        when("trial 3 of 7", lambda: os.kill(os.getpid(), signal.SIGINT)),
    ):
        op.tune(there_too, *DATA, **on_ray)
    there = op.tune(there_too.replace(resume_from=str(tmp_path / "there")), *DATA, **on_ray)
    assert what_was_tried(there) == what_was_tried(here)
    assert {trial.state for trial in there.trials} == {"complete", "pruned"}
    assert there.result.metrics == here.result.metrics
    assert [each.name for each in (tmp_path / "there" / "trials").iterdir()] == [
        str(there.best.number)
    ]
    assert op.ref == there.result.ref
    np.testing.assert_array_equal(op(PICTURE), embedder(here.result.folder)(PICTURE))
    tables = [
        [
            row[:3] + row[4:]
            for row in csv.reader((tmp_path / name / "trials.csv").read_text().splitlines())
        ]
        for name in ("here", "there")
    ]
    assert tables[0] == tables[1], "all but the seconds"
    page = (tmp_path / "there" / "trials.html").read_text()
    assert f"trials/{there.best.number}/report.html" in page
    report = tmp_path / "there" / "trials" / str(there.best.number) / "report.html"
    assert str(report.parent / "model") in report.read_text()


def test_two_run_at_once_and_one_whose_worker_is_killed_is_tried_anew(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ended_before: list[int] = []

    def told(step: str) -> None:
        table = tmp_path / "trials.csv"
        rows = table.read_text().splitlines()[1:] if table.is_file() else []
        ended_before.append(sum(row[0].isdigit() for row in rows))

    op = embedder(checkpoint)
    caplog.set_level(logging.INFO, "towhee")
    with when("untouched model", lambda: ray_processes("ImplicitFunc.train")[0].kill()):
        found = tune(
            op.ref, config(tmp_path), *DATA, trials=5, space=SPACE, pruner="none", told=told,
            place=OnCluster(Placement()),
        )  # fmt: skip
    assert ended_before == [0, 0, 1, 2, 3], "the second begins before the first has ended"
    assert [(trial.number, trial.state) for trial in found.trials] == [
        (number, "complete") for number in range(5)
    ]
    rates = {trial.settings["lr"] for trial in found.trials}
    assert len(rates) == 5, "none is tried twice because it was running"
    assert found.best.value == max(trial.value for trial in found.trials)
    assert found.result.metrics["knn"] == found.best.value
    assert [each.name for each in (tmp_path / "trials").iterdir()] == [str(found.best.number)]
