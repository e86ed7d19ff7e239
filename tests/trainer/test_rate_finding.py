"""The learning rate that is suggested, where theory says which rates are too large."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from colour_squares import colour_squares
from towhee import ops
from towhee.errors import UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.batches import FeatureRows
from towhee.trainer.epoch_batches import EpochBatches
from towhee.trainer.image_values import collated
from towhee.trainer.loop import Course, Run
from towhee.trainer.rate_finding import found_rate, suggested, sweep
from towhee.trainer.training_config import TrainingConfig

USUAL = 0.01


def embedder(checkpoint: Path) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")


class HalfSquares(torch.nn.Module):
    """Half the mean square: of a linear map its gradient is that of a quadratic."""

    def forward(self, vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return 0.5 * vectors.square().sum(1).mean()


def quadratic(curvatures: list[float], folder: Path, optimizer: str = "SGD") -> Course:
    """Half of the sum of ``curvature * weight ** 2``, as a course of whole batches."""
    count = len(curvatures)
    # The second moments of these rows are the curvatures, which nothing couples.
    rows = np.diag(np.sqrt(np.array(curvatures) * count)).astype(np.float32)
    network = torch.nn.Linear(count, 1, bias=False)
    torch.nn.init.ones_(network.weight)
    return Course(
        network=network,
        loss=HalfSquares(),
        optimizer=getattr(torch.optim, optimizer)(network.parameters(), USUAL),
        factor=lambda step: 1.0,
        batches=torch.utils.data.DataLoader(
            FeatureRows(rows, np.zeros(count, np.int64)),
            batch_sampler=EpochBatches(count, count, 0),
            collate_fn=collated,
        ),
        evaluate=lambda network: {"knn": 0.0},
        metric="knn",
        folder=folder / "checkpoints",
    )


@pytest.mark.parametrize("curvature", [3.0, 70.0, 4000.0])
def test_of_a_quadratic_each_step_helps_below_two_by_curvature_and_harms_above(
    tmp_path: Path, curvature: float
) -> None:
    finding = found_rate(quadratic([curvature] * 3, tmp_path), Run(epochs=1), USUAL)
    for rate, loss, after in zip(finding.rates, finding.losses, finding.losses[1:], strict=False):
        if loss > 1e-25:  # squares of what is left are no longer numbers of float32
            assert (after < loss) == (rate < 2 / curvature), rate
    assert finding.losses[0] == pytest.approx(1.5 * curvature)
    assert finding.lr is not None
    assert finding.lr < 2 / curvature
    assert finding.stopped_at is not None
    assert finding.stopped_at > 2 / curvature
    assert f"{finding.lr:.2g}" in finding.reason
    assert "diverges" in finding.reason


def test_with_many_curvatures_the_largest_bounds_what_is_suggested(tmp_path: Path) -> None:
    curvatures = np.geomspace(1.0, 200.0, 12).tolist()
    finding = found_rate(quadratic(curvatures, tmp_path), Run(epochs=1), USUAL)
    assert finding.lr is not None
    assert finding.lr < 2 / 200
    assert finding.stopped_at is not None
    assert finding.stopped_at > 2 / 200


class Noisy(torch.nn.Module):
    """Batch norm, dropout and a layer that is not trained."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(4)
        self.frozen = torch.nn.Linear(4, 4).requires_grad_(False)
        self.layer = torch.nn.Linear(4, 2)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        dropped = torch.nn.functional.dropout(self.norm(rows), 0.5, self.training)
        vectors: torch.Tensor = self.layer(self.frozen(dropped))
        return vectors


class CrossEntropy(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.classifier = torch.nn.Linear(2, 2)

    def forward(self, vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(self.classifier(vectors), labels)


def noisy(folder: Path, labels: np.ndarray, rows: np.ndarray, *, seed: int = 0) -> Course:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network, loss = Noisy(), CrossEntropy()
    weights = [
        {"params": list(network.norm.parameters()), "lr": USUAL / 10},
        {"params": [*network.layer.parameters(), *loss.parameters()], "lr": USUAL},
    ]
    return Course(
        network=network,
        loss=loss,
        optimizer=torch.optim.AdamW(weights),
        factor=lambda step: 1.0,
        batches=torch.utils.data.DataLoader(
            FeatureRows(rows.astype(np.float32), labels),
            batch_sampler=EpochBatches(len(labels), 8, 0),
            collate_fn=collated,
        ),
        evaluate=lambda network: {"knn": 0.0},
        metric="knn",
        folder=folder / "checkpoints",
    )


def test_weights_statistics_modes_and_random_numbers_are_as_they_were(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    labels = drawn.integers(0, 2, 50)
    course = noisy(tmp_path, labels, drawn.normal(size=(50, 4)) + 4 * labels[:, None])
    course.network.frozen.eval()
    parts = torch.nn.ModuleList([course.network, course.loss])
    before = {name: tensor.clone() for name, tensor in parts.state_dict().items()}
    modes = [module.training for module in parts.modules()]
    states = torch.random.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    finding = found_rate(course, Run(epochs=3, accumulation=2, max_grad_norm=1.0), USUAL)
    assert finding.lr is not None
    assert len(finding.losses) > 20
    for name, tensor in parts.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    assert [module.training for module in parts.modules()] == modes
    assert all(weight.grad is None for weight in parts.parameters())
    assert torch.equal(torch.random.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert np.random.get_state()[1].tolist() == states[2]
    assert not list(tmp_path.iterdir()), "nothing is written where the training will write"


def test_the_groups_of_an_optimizer_keep_the_ratio_of_their_rates(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    labels = drawn.integers(0, 2, 50)
    course = noisy(tmp_path, labels, drawn.normal(size=(50, 4)) + labels[:, None])
    found_rate(course, Run(epochs=3), USUAL)
    slow, fast = (group["lr"] for group in course.optimizer.param_groups)
    assert fast == pytest.approx(10 * slow)
    assert fast > USUAL, "it was swept, and is used up"


def test_the_same_seed_gives_the_same_curve(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    labels, rows = drawn.integers(0, 2, 50), drawn.normal(size=(50, 4))
    one, other = (found_rate(noisy(tmp_path, labels, rows), Run(epochs=1), USUAL) for _ in "ab")
    assert one == other


def test_where_no_rate_lowers_the_loss_none_is_suggested() -> None:
    rates = np.geomspace(1e-6, 1, 100).tolist()
    for seed in range(20):
        finding = suggested(rates, np.random.default_rng(seed).normal(1.0, 0.1, 100).tolist())
        assert finding.lr is None, seed
        assert "no learning rate" in finding.reason


def test_noise_does_not_move_the_suggestion_beyond_the_least_loss() -> None:
    rates = np.geomspace(1e-6, 1, 100)
    for seed in range(5):
        noise = np.random.default_rng(seed).normal(0, 0.1, 100)
        # A fall that is steepest at 1e-3 and over at 1e-2, behind which the loss rises.
        fall = 2 - 1.5 / (1 + (1e-3 / rates) ** 2) + np.maximum(0, np.log10(rates / 1e-2))
        finding = suggested(rates.tolist(), (fall + noise).tolist())
        assert finding.lr is not None
        # One decade is what a sweep is asked for: the rate's order of magnitude.
        assert math.isclose(math.log10(finding.lr), -3, abs_tol=0.5)
        assert finding.least_at > finding.lr


def test_the_curve_is_a_page_of_its_own() -> None:
    rates = np.geomspace(1e-6, 1, 100)
    page = suggested(rates.tolist(), (2 - rates).tolist()).html()
    assert page.count('<path class="line') >= 2
    assert "learning rate, as a power of ten" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("method", ["linear_probe", "partial", "full", "lora"])
def test_every_method_finds_its_rate_and_trains_at_it(
    checkpoint: Path, tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "STEPS", 8)  # each of them is a pass of the network
    op = embedder(checkpoint)
    config = TrainingConfig(
        output_dir=str(tmp_path / "out"), method=method, epoch_num=1, batch_size=8,
        device_str="cpu", tensorboard=None, warmup_steps=0, lr_scheduler_type="constant",
    )  # fmt: skip
    data = colour_squares(20, 0)
    before = op.ref
    finding = op.find_lr(config, data)
    assert len(finding.rates) == 8 or finding.stopped_at is not None
    assert op.ref == before
    assert not (tmp_path / "out").exists(), "nothing was trained"
    result = op.train(config.replace(lr="find"), data)
    usual = finding.rates[0] / sweep.LOWEST
    lr = finding.lr or usual  # where no rate lowers the loss the usual one is taken
    assert result.history[-1]["lr"] == pytest.approx(lr)
    assert finding.reason in result.reasons["lr"]
    assert finding.reason in (result.folder / "README.md").read_text()
    assert (tmp_path / "out" / "learning_rates.html").is_file()
    stated = tmp_path / "stated"
    again = embedder(checkpoint).train(config.replace(lr=lr, output_dir=str(stated)), data)
    one, other = (load_file(each / "model.safetensors") for each in (again.folder, result.folder))
    for name, tensor in one.items():  # rates of groups are products, whose last bit may differ
        np.testing.assert_allclose(tensor, other[name], rtol=1e-3, atol=1e-5)


def test_a_config_says_find_or_a_number() -> None:
    assert TrainingConfig(lr="find").lr == "find"
    assert TrainingConfig(lr="1e-3").lr == 1e-3  # as YAML reads it
    with pytest.raises(UsageError, match="above 0, or 'find', not 'fnd'"):
        TrainingConfig(lr="fnd")
