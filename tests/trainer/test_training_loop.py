"""The loop: what the predecessor's trainer got wrong, each held by a test."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from towhee.errors import TrainingError, UsageError
from towhee.trainer.adaptation import freeze_statistics
from towhee.trainer.batches import FeatureRows
from towhee.trainer.epoch_batches import EpochBatches
from towhee.trainer.fitting import fitted
from towhee.trainer.image_values import collated
from towhee.trainer.keeping import LAST_CHECKPOINT
from towhee.trainer.loop import Course, Run, evaluated
from towhee.trainer.losses import embedding_loss
from towhee.trainer.schedule import learning_rate_factor, optimizer_steps

SAMPLES, BATCH = 37, 8


class CountingNetwork(torch.nn.Module):
    """A layer behind batch norm that counts its passes and keeps the rates it was trained at."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(4)
        self.layer = torch.nn.Linear(4, 3)
        self.training_passes = 0

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        self.training_passes += self.training
        vectors: torch.Tensor = self.layer(self.norm(features))
        return vectors


def course(
    folder: Path,
    measures: Callable[[Any], dict[str, float]] = lambda network: {"knn": 0.5},
    *,
    seed: int = 1,
    lr: float = 0.05,
    epochs: int = 4,
    accumulation: int = 1,
    **changes: Any,
) -> Course:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = CountingNetwork()
        loss = embedding_loss("CrossEntropyLoss", dimension=3, classes=2)
    random = np.random.default_rng(0)
    rows = FeatureRows(
        random.normal(size=(SAMPLES, 4)).astype(np.float32), random.integers(0, 2, SAMPLES)
    )
    steps = optimizer_steps(SAMPLES, BATCH, accumulation, epochs)
    return Course(
        network=network,
        loss=loss,
        optimizer=torch.optim.AdamW([*network.parameters(), *loss.parameters()], lr),
        factor=learning_rate_factor("linear", steps, 0),
        batches=torch.utils.data.DataLoader(
            rows, batch_sampler=EpochBatches(SAMPLES, BATCH, seed), collate_fn=collated
        ),
        evaluate=measures,
        metric="knn",
        folder=folder / "checkpoints",
        seed=seed,
        **changes,
    )


def weights(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_evaluation_leaves_weights_and_batch_norm_statistics_and_modes_untouched() -> None:
    network = torch.nn.Sequential(CountingNetwork(), torch.nn.Dropout(0.5)).train()
    network[1].eval()
    before, inputs = weights(network), torch.randn(16, 4) * 7 + 3

    def measure(module: torch.nn.Module) -> dict[str, float]:
        first, second = module(inputs), module(inputs)
        assert torch.equal(first, second)  # no dropout, no statistics of the batch
        assert not first.requires_grad
        return {"knn": float(first.sum())}

    evaluated(network, measure)
    assert same(before, weights(network))
    assert network[0].norm.training
    assert not network[1].training


def test_training_with_evaluation_ends_at_the_weights_of_training_without(tmp_path: Path) -> None:
    inputs = torch.randn(32, 4) * 5 + 2

    def looks(network: torch.nn.Module) -> dict[str, float]:
        torch.rand(3)  # an evaluation that draws random numbers changes nothing either
        return {"knn": float(network(inputs).mean())}

    run = Run(epochs=3, load_best=False, every_n_epochs=0)
    looking, blind = course(tmp_path, looks), course(tmp_path, every_epoch=False)
    fitted(looking, run)
    fitted(blind, run)
    assert same(weights(looking.network), weights(blind.network))


def test_the_schedule_spans_the_steps_that_are_really_made(tmp_path: Path) -> None:
    epochs, accumulation = 3, 2
    made = course(tmp_path, epochs=epochs, accumulation=accumulation)
    run = Run(epochs=epochs, accumulation=accumulation, load_best=False)
    outcome = fitted(made, run)
    expected = math.ceil(math.ceil(SAMPLES / BATCH) / accumulation) * epochs
    assert outcome.steps == expected == 9
    rates = [row["lr"] for row in outcome.history]
    np.testing.assert_allclose(rates, [0.05 * (1 - done / 9) for done in (3, 6, 9)], atol=1e-12)


def test_a_step_is_one_forward_pass(tmp_path: Path) -> None:
    made = course(tmp_path)
    fitted(made, Run(epochs=2, load_best=False))
    assert made.network.training_passes == 2 * math.ceil(SAMPLES / BATCH)


def test_the_best_weights_are_those_that_are_left(tmp_path: Path) -> None:
    scores, seen = iter([0.3, 0.9, 0.5, 0.6]), []

    def measure(network: torch.nn.Module) -> dict[str, float]:
        seen.append(weights(network))
        return {"knn": next(scores)}

    made = course(tmp_path, measure)
    outcome = fitted(made, Run(epochs=4))
    assert (outcome.best, outcome.best_epoch) == (0.9, 2)
    assert same(weights(made.network), seen[1])
    assert not same(seen[1], seen[3])


def test_the_last_weights_are_left_where_the_best_are_not_asked_for(tmp_path: Path) -> None:
    scores, seen = iter([0.9, 0.1]), []

    def measure(network: torch.nn.Module) -> dict[str, float]:
        seen.append(weights(network))
        return {"knn": next(scores)}

    made = course(tmp_path, measure)
    fitted(made, Run(epochs=2, load_best=False))
    assert same(weights(made.network), seen[1])


def test_an_epoch_is_kept_before_early_stopping_ends_the_training(tmp_path: Path) -> None:
    scores = iter([0.5, 0.4, 0.3, 0.2])
    made = course(tmp_path, lambda network: {"knn": next(scores)})
    outcome = fitted(made, Run(epochs=4, patience=2, monitor="knn"))
    assert outcome.epochs == 3
    kept = torch.load(tmp_path / "checkpoints" / LAST_CHECKPOINT, weights_only=True)
    assert kept["outcome"]["epochs"] == 3
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["knn"] for line in lines] == [0.5, 0.4, 0.3]


def test_the_same_seed_gives_the_same_weights_and_another_others(tmp_path: Path) -> None:
    made = [course(tmp_path / str(number), seed=seed) for number, seed in enumerate((5, 5, 6))]
    for each in made:
        torch.rand(3)  # whatever was drawn before
        fitted(each, Run(epochs=2, load_best=False))
    first, second, other = (weights(each.network) for each in made)
    assert same(first, second)
    assert not same(first, other)


def test_a_training_that_stopped_within_an_epoch_goes_on_to_the_same_weights(
    tmp_path: Path,
) -> None:
    whole = course(tmp_path / "whole", epochs=4)
    fitted(whole, Run(epochs=4, load_best=False))

    class Stop(Exception):
        pass

    cut = course(tmp_path / "cut", epochs=4)
    passes = cut.network.forward

    def forward(features: torch.Tensor) -> torch.Tensor:
        if cut.network.training_passes == 13:  # in the third epoch of five batches each
            raise Stop
        return passes(features)

    cut.network.forward = forward
    with pytest.raises(Stop):
        fitted(cut, Run(epochs=4, load_best=False))

    resumed = course(tmp_path / "cut", epochs=4)
    last = tmp_path / "cut" / "checkpoints" / LAST_CHECKPOINT
    outcome = fitted(resumed, Run(epochs=4, load_best=False, resume_from=last))
    assert same(weights(resumed.network), weights(whole.network))
    assert [row["epoch"] for row in outcome.history] == [1, 2, 3, 4]
    assert outcome.steps == 20


def test_a_loss_that_is_no_number_stops_with_what_to_do(tmp_path: Path) -> None:
    made = course(tmp_path)
    with torch.no_grad():
        made.network.layer.weight.fill_(math.inf)
    with pytest.raises(TrainingError, match=r"diverged.*Lower lr.*max_grad_norm"):
        fitted(made, Run(epochs=1))


def test_batch_norms_that_are_frozen_keep_their_statistics(tmp_path: Path) -> None:
    made = course(tmp_path)
    freeze_statistics(made.network, all_of_them=True)
    before = made.network.norm.running_mean.clone()
    fitted(made, Run(epochs=1, load_best=False))
    assert torch.equal(made.network.norm.running_mean, before)
    free = course(tmp_path)
    fitted(free, Run(epochs=1, load_best=False))
    assert not torch.equal(free.network.norm.running_mean, before)


def test_measures_between_epochs_are_taken_at_the_steps_asked_for(tmp_path: Path) -> None:
    made = course(tmp_path, every_epoch=False, every_steps=3)
    outcome = fitted(made, Run(epochs=2))
    assert [row["step"] for row in outcome.history if "knn" in row] == [3, 6, 9]


def test_the_log_and_the_curves_tell_loss_and_rate_each_so_many_steps(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    caplog.set_level(logging.INFO, logger="towhee.trainer")
    made = course(tmp_path)
    run = Run(epochs=2, print_steps=4, tensorboard={"log_dir": str(tmp_path / "curves")})
    outcome = fitted(made, run)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(":")[0] for line in lines] == ["epoch 1, step 4", "epoch 2, step 8"]
    (events,) = (tmp_path / "curves").rglob("events.*")
    curves = EventAccumulator(str(events)).Reload()
    losses = curves.Scalars("loss")
    assert [point.step for point in losses] == [4, 8]
    assert lines[0].endswith(f"loss {losses[0].value:.4f}, lr 0.04")  # 16 of 20 steps to go
    assert [point.step for point in curves.Scalars("knn")] == [5, 10]
    assert [row["step"] for row in outcome.history] == [5, 10]


class RunsCode:
    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> Any:
        return Path.touch, (self._place,)


def test_a_checkpoint_that_would_run_code_or_is_damaged_is_refused(tmp_path: Path) -> None:
    fitted(course(tmp_path), Run(epochs=1))
    last = tmp_path / "checkpoints" / LAST_CHECKPOINT
    whole = last.read_bytes()
    trap = tmp_path / "trap"
    torch.save({"state_dict": RunsCode(trap)}, tmp_path / "evil.ckpt")
    (tmp_path / "half.ckpt").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "none.ckpt").write_bytes(b"")
    for name in ("evil", "half", "none"):
        run = Run(epochs=2, resume_from=tmp_path / f"{name}.ckpt")
        with pytest.raises(UsageError, match=rf"{name}\.ckpt.* begin anew without resume_from"):
            fitted(course(tmp_path), run)
    assert not trap.exists()


def test_a_full_disk_stops_with_the_remedy_and_the_epoch_before_can_be_resumed(
    tmp_path: Path,
) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    measured = iter(range(1, 9))

    def fills_up(network: torch.nn.Module) -> dict[str, float]:
        if next(measured) == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
        return {"knn": 0.5}

    made = course(tmp_path, fills_up)
    try:
        with pytest.raises(TrainingError, match="make room and pass resume_from"):
            fitted(made, Run(epochs=4, load_best=False))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    last = tmp_path / "checkpoints" / LAST_CHECKPOINT
    resumed, whole = course(tmp_path), course(tmp_path / "whole")
    outcome = fitted(resumed, Run(epochs=4, load_best=False, resume_from=last))
    fitted(whole, Run(epochs=4, load_best=False))
    assert outcome.epochs == 4
    assert same(weights(resumed.network), weights(whole.network))
