"""Training of a model with two towers, on images and texts that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.towers import ImageTower, TextTower
from towhee.trainer.adaptation import adapted, freeze_statistics
from towhee.trainer.batches import input_batches
from towhee.trainer.course import run_course
from towhee.trainer.loop import Outcome
from towhee.trainer.pairs.contrastive_loss import contrastive_loss
from towhee.trainer.pairs.image_text_rows import ImageTextRows, VectorRows
from towhee.trainer.pairs.task import PairTask
from towhee.trainer.pairs.two_towers import TwoTowers
from towhee.trainer.pairs.vectors import PairVectors

if TYPE_CHECKING:
    import torch


def train_dual(
    model: Any, both: TwoTowers, towers: tuple[ImageTower, TextTower], task: PairTask
) -> tuple[Outcome, str]:
    """Train a model in place; it has the best weights then, or the last.

    Args:
        model: with both towers.
        both: what it is made of.
        towers: which say how values are prepared.
        task: what is trained, on what.

    Returns:
        How it went, and what was trained, in words.

    Raises:
        UsageError: for arguments that the loss or the optimizer does not take.
        TrainingError: if the training diverges, or the disk is full.
    """
    loss = _loss(model, task)
    if task.settings.method == "linear_probe":
        outcome, trained = _probed(model, both, task, loss)
    else:
        outcome, trained = _tuned(model, both, towers, task, loss)
    if hasattr(model, "logit_scale"):
        model.logit_scale.data.fill_(float(loss.scale.detach()))  # type: ignore[operator]
    model.eval()
    return outcome, trained


def _loss(model: Any, task: PairTask) -> torch.nn.Module:
    arguments = dict(task.config.loss_arguments)
    if "temperature" not in arguments and hasattr(model, "logit_scale"):
        arguments["temperature"] = float((-model.logit_scale.detach().float()).exp())
    try:
        return contrastive_loss(**arguments)
    except TypeError as error:
        raise UsageError(f"InfoNCE does not take these arguments: {error}") from error


def _probed(
    model: Any, both: TwoTowers, task: PairTask, loss: torch.nn.Module
) -> tuple[Outcome, str]:
    """A square matrix behind each tower, which becomes part of the tower's last layer."""
    import torch

    sides = _sides(task)
    rows = VectorRows([task.known.of_pairs(side) for side in sides], _ids(task.known, sides))

    class Maps(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            length = task.known.vectors[0].shape[1]
            self.maps = torch.nn.ModuleList(
                torch.nn.Linear(length, length, bias=False) for _ in sides
            )
            for each in self.maps:
                torch.nn.init.eye_(each.weight)  # type: ignore[arg-type]

        def forward(self, inputs: Any) -> Any:
            return tuple(map_(part) for map_, part in zip(self.maps, inputs, strict=True))

    maps = Maps()

    def evaluate(network: Any) -> dict[str, float]:
        device = next(network.parameters()).device
        found: list[Any] = [None, None]
        for map_, side in zip(network.maps, sides, strict=True):
            vectors = torch.from_numpy(task.queries.vectors[side]).to(device)
            found[side] = map_(vectors).float().cpu().numpy()
        return task.measure(task.queries.with_vectors(found))

    groups = [{"params": list(maps.parameters()), "lr": task.settings.lr, "weight_decay": 0.0}]
    outcome = run_course(task, maps, loss, groups, rows, evaluate)
    maps.cpu()
    with torch.no_grad():
        for name, map_ in zip(both.heads, maps.maps, strict=True):
            head = getattr(model, name)
            weight: Any = map_.weight
            head.weight.copy_(weight.double() @ head.weight.double())
            if head.bias is not None:
                head.bias.copy_(weight.double() @ head.bias.double())
    return outcome, "the last layer of each tower, on vectors that were computed once"


def _tuned(
    model: Any,
    both: TwoTowers,
    towers: tuple[ImageTower, TextTower],
    task: PairTask,
    loss: torch.nn.Module,
) -> tuple[Outcome, str]:
    import torch

    settings, config = task.settings, task.config
    decay = config.optimizer_arguments.get("weight_decay", 0.05)
    stages = both.stages(model)
    adaptation = adapted(model, settings.method, settings.lr, decay, stages)
    if config.freeze_bn:
        freeze_statistics(model, all_of_them=True)

    class BothTowers(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, inputs: Any) -> Any:
            pixels, ids, *mask = inputs
            texts = both.of_tokens(self.model, ids, mask[0] if mask else None)
            return both.of_pixels(self.model, pixels), texts

    sides = _sides(task)

    def rows_of(pairs: Any, ids: Any, augment: str = "none") -> ImageTextRows:
        images, texts = (pairs.sides[side] for side in sides)
        return ImageTextRows(images, texts, towers, ids, augment, config.seed)

    rows = rows_of(task.train, _ids(task.known, sides), settings.augment)
    queries = rows_of(task.evaluation, _ids(task.queries, sides))
    size = config.val_batch_size or settings.batch_size

    def evaluate(network: Any) -> dict[str, float]:
        found: list[Any] = [[], []]
        for batch in input_batches(queries, size, network, settings.workers):
            for side, part in zip(sides, network(batch), strict=True):
                found[side].append(part.float().cpu().numpy())
        return task.measure(_of_pairs(task.queries, [np.concatenate(each) for each in found]))

    outcome = run_course(task, BothTowers(), loss, adaptation.groups, rows, evaluate)
    model.cpu()
    adaptation.finish()
    return outcome, adaptation.trained


def _sides(task: PairTask) -> tuple[int, int]:
    """Which side images are on, and which texts."""
    return (0, 1) if task.train.sides[0].images else (1, 0)


def _ids(found: PairVectors, sides: tuple[int, int]) -> npt.NDArray[np.int64]:
    return np.stack([found.rows[side] for side in sides], axis=1)


def _of_pairs(found: PairVectors, vectors: list[npt.NDArray[np.float32]]) -> PairVectors:
    """Distinct vectors of those that each pair has."""
    distinct, rows = [], []
    for side, of_pairs in enumerate(vectors):
        _, firsts, own = np.unique(found.rows[side], return_index=True, return_inverse=True)
        distinct.append(of_pairs[firsts])
        rows.append(own.astype(np.int64))
    return PairVectors(tuple(distinct), tuple(rows), None, found.places)
