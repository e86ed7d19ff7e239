"""A training on two devices: as one with batches of twice the size, and each sample once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tiny_models import tiny_checkpoint
from towhee.errors import TrainingError
from towhee.trainer.batches import FeatureRows
from towhee.trainer.epoch_batches import EpochBatches
from towhee.trainer.fitting import fitted
from towhee.trainer.image_values import collated
from towhee.trainer.loop import Course, Run
from towhee.trainer.losses import embedding_loss
from towhee.trainer.schedule import learning_rate_factor, optimizer_steps

SAMPLES, BATCH, EPOCHS = 43, 8, 3  # in batches of 16 the last has 11, which two share unevenly


@pytest.mark.parametrize("samples", [16, 37, 33])
def test_devices_go_through_each_sample_once_and_share_a_batch_evenly(samples: int) -> None:
    parts = []
    for rank in range(3):
        order = EpochBatches(samples, 4, seed=5)
        order.share(rank, 3)
        order.begin(2)
        parts.append((list(order), order))
    alone = EpochBatches(samples, 12, seed=5)
    alone.begin(2)
    assert len({len(batches) for batches, _ in parts}) == 1
    for number, whole in enumerate(alone):
        counted = [
            place
            for batches, order in parts
            for place in batches[number]
            if order.weight(number) > 0
        ]
        assert counted == whole
        mean = np.mean(
            [
                order.weight(number) * np.mean([place for _, place in batches[number]])
                for batches, order in parts
            ]
        )
        assert mean == pytest.approx(np.mean([place for _, place in whole]))


@pytest.mark.parametrize(("epoch", "batch"), [(0, 2), (3, 4)])
def test_an_epoch_goes_on_at_any_batch(epoch: int, batch: int) -> None:
    order, resumed = EpochBatches(SAMPLES, BATCH, seed=1), EpochBatches(SAMPLES, BATCH, seed=1)
    order.begin(epoch)
    resumed.begin(epoch, batch)
    assert list(resumed) == list(order)[batch:]
    assert len(resumed) == len(order) == 6


def course(folder: Path, batch_size: int) -> Course:
    """Of a network without batch norm, whose statistics are those of a device's own samples."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        network = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
        loss = embedding_loss("CrossEntropyLoss", dimension=3, classes=2)
    random = np.random.default_rng(0)
    rows = FeatureRows(
        random.normal(size=(SAMPLES, 4)).astype(np.float32), random.integers(0, 2, SAMPLES)
    )
    steps = optimizer_steps(SAMPLES, 2 * BATCH, 1, EPOCHS)

    def measure(network: torch.nn.Module) -> dict[str, float]:
        with open(folder / "evaluations", "a") as file:
            file.write(f"{os.getpid()} ")
        return {"knn": float(network(torch.ones(1, 4)).sum())}

    return Course(
        network=network,
        loss=loss,
        optimizer=torch.optim.AdamW([*network.parameters(), *loss.parameters()], 0.05),
        factor=learning_rate_factor("linear", steps, 0),
        batches=torch.utils.data.DataLoader(
            rows, batch_sampler=EpochBatches(SAMPLES, batch_size, 1), collate_fn=collated
        ),
        evaluate=measure,
        metric="knn",
        folder=folder / "checkpoints",
        seed=1,
    )


def test_two_devices_learn_what_one_learns_with_batches_of_twice_the_size(tmp_path: Path) -> None:
    made = {}
    for name, devices in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        made[name] = course(tmp_path / name, 2 * BATCH // devices)
        run = Run(epochs=EPOCHS, devices=devices, load_best=False, every_n_steps=2)
        outcome = fitted(made[name], run)
        assert outcome.steps == 9
        assert outcome.epochs == EPOCHS
        evaluations = (tmp_path / name / "evaluations").read_text().split()
        assert len(evaluations) == EPOCHS  # by one device, and
        assert len(set(evaluations)) == 1
    for part in ("network", "loss"):
        one, two = (getattr(made[name], part).state_dict() for name in ("one", "two"))
        for weight in one:
            # Sums of float32 in another order: 9 steps of a rate of 0.05 at most.
            torch.testing.assert_close(two[weight], one[weight], rtol=1e-4, atol=1e-5)
    one, two = (
        [json.loads(line) for line in (tmp_path / name / "metrics.jsonl").read_text().splitlines()]
        for name in ("one", "two")
    )
    for row, other in zip(one, two, strict=True):
        assert other == pytest.approx(row, rel=1e-4)

    # The state that two kept is the one that one goes on from, and the other way round.
    again = course(tmp_path / "two", 2 * BATCH)
    last = tmp_path / "two" / "checkpoints" / "last.ckpt"
    outcome = fitted(again, Run(epochs=EPOCHS, load_best=False, resume_from=last))
    assert outcome.steps == 9
    for weight, tensor in made["two"].network.state_dict().items():
        assert torch.equal(again.network.state_dict()[weight], tensor)


def test_what_fails_on_one_device_ends_the_others_and_is_said(tmp_path: Path) -> None:
    made = course(tmp_path, BATCH)
    with torch.no_grad():
        made.network[0].weight.fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"diverged.*Lower lr"):
        fitted(made, Run(epochs=1, devices=2))


SCRIPT = """
import sys
from colour_squares import colour_squares
from towhee import ops
from towhee.trainer.importing import import_lightning
from towhee.trainer.training_config import TrainingConfig

class OfTheScript(import_lightning().Callback):
    def on_train_end(self, trainer, module):
        if trainer.is_global_zero:
            print("devices", trainer.world_size, flush=True)

op = ops.image_embedding.timm(checkpoint=sys.argv[1], backend="torch")
config = TrainingConfig(output_dir=sys.argv[2], method="full", epoch_num=2, batch_size=8, devices=2,
                        device_str="cpu", tensorboard=None, dataloader_num_workers=1)
result = op.train(config, colour_squares(60, 0), colour_squares(30, 1), callbacks=[OfTheScript()])
print("steps", result.history[-1]["step"], flush=True)
"""


def test_a_plain_script_trains_on_two_devices(tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path / "test_resnet")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)  # with no guard, which processes that import it would need
    found = subprocess.run(
        [sys.executable, str(script), str(checkpoint), str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    # 60 samples in batches of 8 on each of two: 4 steps an epoch, each sample once.
    assert found.stdout.split() == ["devices", "2", "steps", "8"]
    assert (tmp_path / "out" / "model" / "model.safetensors").is_file()
