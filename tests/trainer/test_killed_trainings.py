"""A training that was killed goes on as if it had not been: the same weights, each step once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forked_trainings import ForkedTrainings

KILLS = 3


@pytest.fixture(scope="module")
def trainings() -> Iterator[ForkedTrainings]:
    with ForkedTrainings() as server:
        yield server


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    usual = {
        "output_dir": str(folder),
        "batch_size": 8,  # 8 batches of 60 samples, the last of 4
        "epoch_num": 3,
        "device_str": "cpu",
        "tensorboard": None,
        "model_checkpoint": {"every_n_steps": 1},
    }
    return {**usual, **more}


def left(folder: Path) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """The weights that a training left, and its history."""
    weights = {path.name: path.read_bytes() for path in (folder / "model").glob("*.safetensors")}
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return weights, [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    "more",
    [
        {"method": "linear_probe"},
        {"method": "partial", "eval_strategy": "steps", "eval_steps": 3},
        {
            "method": "full",
            "gradient_accumulation": 3,
            "mixup": 0.4,
            "augment": "strong",
            "eval_strategy": "steps",
            "eval_steps": 2,
        },
    ],
    ids=lambda more: more["method"],
)
def test_a_training_killed_at_any_moment_ends_at_the_weights_of_one_that_was_not(
    checkpoint: Path, trainings: ForkedTrainings, tmp_path: Path, more: dict[str, Any]
) -> None:
    whole = trainings.train(checkpoint, settings(tmp_path / "whole", **more))
    cut = settings(tmp_path / "cut", resume_from=str(tmp_path / "cut"), **more)
    random = np.random.default_rng(sum(map(ord, more["method"])))
    # Who gets no further than a part of all moments is not done before. In the first the state is
    # about to be written for the second time: a step is the beginning and the end of its batches,
    # and then that.
    moments = [2 * (2 * more.get("gradient_accumulation", 1) + 1)]
    moments += random.integers(1, whole["moments"] // KILLS + 1, KILLS - 1).tolist()
    assert moments[0] <= whole["moments"] // KILLS
    for moment in moments:
        assert trainings.train(checkpoint, cut, kill_at=moment)["is_killed"]
        assert not (tmp_path / "cut" / "model").exists()
    cut["dataloader_num_workers"] = 2  # and whoever reads the samples makes no difference
    assert not trainings.train(checkpoint, cut)["is_killed"]
    assert left(tmp_path / "cut") == left(tmp_path / "whole")
    steps = [row["step"] for row in left(tmp_path / "cut")[1]]
    assert steps == sorted(set(steps))


def test_a_folder_may_be_named_before_anything_was_kept_and_when_all_is_done(
    checkpoint: Path, trainings: ForkedTrainings, tmp_path: Path
) -> None:
    config = settings(
        tmp_path / "out",
        method="linear_probe",
        resume_from=str(tmp_path / "out"),
        overwrite_output_dir=False,
        early_stopping=1,
        epoch_num=20,
    )
    assert trainings.train(checkpoint, config, kill_at=1)["is_killed"]  # in the first batch
    first = trainings.train(checkpoint, config)
    before = left(tmp_path / "out")
    assert len(before[1]) < 20  # it was stopped early
    again = trainings.train(checkpoint, config)
    assert again["moments"] < first["moments"]
    assert left(tmp_path / "out") == before
