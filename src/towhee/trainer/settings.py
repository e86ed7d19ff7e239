"""What a training becomes where its config leaves things open, each with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.trainer.schedule import optimizer_steps
from towhee.trainer.training_config import TrainingConfig

FEW = 50
"""Samples a class below which a network's own weights are left as they are."""

MANY = 1000
"""Samples a class from which all weights can be trained, on a GPU."""

PROJECTION = 128
"""The length of the vectors of a linear probe, at most."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A training with nothing left open.

    Attributes:
        method: ``"linear_probe"``, ``"lora"``, ``"partial"`` or ``"full"``.
        loss: its name.
        metric: its name.
        augment: ``"none"``, ``"light"`` or ``"strong"``.
        batch_size: samples.
        epochs: how many, at most.
        lr: the learning rate at its highest.
        optimizer: its name.
        schedule: its name.
        steps: of the optimizer, all epochs together.
        warmup: how many of them rise.
        max_grad_norm: ``None`` for no bound.
        accelerator: as Lightning calls it.
        devices: how many, or which.
        precision: as Lightning calls it.
        workers: processes that read samples.
        reasons: why what was left open became what it is.
    """

    method: str
    loss: str
    metric: str
    augment: str
    batch_size: int
    epochs: int
    lr: float
    optimizer: str
    schedule: str
    steps: int
    warmup: int
    max_grad_norm: float | None
    accelerator: str
    devices: Any
    precision: str
    workers: int
    reasons: dict[str, str] = field(default_factory=dict)


def settled(config: TrainingConfig, labels: npt.NDArray[np.int64], classes: int) -> Settings:
    """Choose what a config leaves open, from the data and the machine.

    Args:
        config: what the user says.
        labels: of the training samples, ``(n,)``.
        classes: how many there are.

    Raises:
        UsageError: for settings that do not go together.
    """
    reasons: dict[str, str] = {}
    accelerator, devices = _device(config, reasons)
    per_class = int(np.median(np.bincount(labels, minlength=classes)))
    method = config.method or _method(per_class, accelerator, reasons)
    loss = config.loss_name or _loss(method, reasons)
    if config.mixup and loss != "CrossEntropyLoss":
        raise UsageError(f"mixup mixes labels, which {loss} cannot: take loss='CrossEntropyLoss'")
    metric = config.metric or _said(
        reasons, "metric", "knn", "an embedding is used by its neighbours"
    )
    augment = config.augment or _augment(method, accelerator, reasons)
    batch_size = config.batch_size or _batch_size(method, len(labels), reasons)
    epochs = config.epoch_num or _epochs(method, len(labels), batch_size, reasons)
    lr = config.lr or _rate(method, reasons)
    steps = optimizer_steps(
        len(labels), batch_size, config.gradient_accumulation, epochs, config.dataloader_drop_last
    )
    if not steps:
        raise UsageError(
            f"{len(labels)} samples make no whole batch of {batch_size}: lower batch_size, or set "
            "dataloader_drop_last=False"
        )
    grad_norm = config.max_grad_norm
    if grad_norm is None:
        grad_norm = _said(reasons, "max_grad_norm", 5.0, "one odd batch cannot undo the others")
    return Settings(
        method=method,
        loss=loss,
        metric=metric,
        augment=augment,
        batch_size=batch_size,
        epochs=epochs,
        lr=lr,
        optimizer=config.optimizer_name or "AdamW",
        schedule=config.lr_scheduler_type or "cosine",
        steps=steps,
        warmup=_warmup(config, steps),
        max_grad_norm=grad_norm or None,
        accelerator=accelerator,
        devices=devices,
        precision={None: "32-true", "32": "32-true"}.get(config.precision, config.precision or ""),
        workers=_workers(config, accelerator),
        reasons=reasons,
    )


def _said(reasons: dict[str, str], name: str, value: Any, why: str) -> Any:
    reasons[name] = f"{value}, because {why}"
    return value


def _device(config: TrainingConfig, reasons: dict[str, str]) -> tuple[str, Any]:
    import torch

    named = config.device_str
    if named is None:
        has_gpu = torch.cuda.is_available()
        why = "there is a GPU" if has_gpu else "there is no GPU that torch can use"
        named = _said(reasons, "device_str", "cuda" if has_gpu else "cpu", why)
    kind, _, number = named.partition(":")
    if kind == "cuda" and not torch.cuda.is_available():
        raise UsageError(f"device_str={named!r}, but torch finds no CUDA GPU here; take 'cpu'")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device_str='mps', but torch finds none here; take 'cpu'")
    return kind, [int(number)] if number else (config.devices or 1)


def _method(per_class: int, accelerator: str, reasons: dict[str, str]) -> str:
    if per_class < FEW:
        why = (
            f"{per_class} samples a class are too few to change the network without learning them "
            f"by heart (fewer than {FEW}); a projection of its features has few weights"
        )
        return str(_said(reasons, "method", "linear_probe", why))
    if per_class < MANY or accelerator == "cpu":
        less = f"{per_class} samples a class carry its last stages, not all of it"
        why = less if per_class < MANY else "all weights would take too long without a GPU"
        return str(_said(reasons, "method", "partial", why))
    why = f"{per_class} samples a class carry all weights (at least {MANY}), and there is a GPU"
    return str(_said(reasons, "method", "full", why))


def _loss(method: str, reasons: dict[str, str]) -> str:
    if method == "linear_probe":
        why = "it puts the samples of a class together, and trains in seconds"
        return str(_said(reasons, "loss", "SupConLoss", why))
    why = "a classifier in front of the loss needs no large batches"
    return str(_said(reasons, "loss", "CrossEntropyLoss", why))


def _augment(method: str, accelerator: str, reasons: dict[str, str]) -> str:
    if method == "linear_probe":
        why = "features are computed once, of the images as they are served"
        return str(_said(reasons, "augment", "none", why))
    if method == "partial" and accelerator == "cpu":
        why = "the frozen part of the network is computed once, which is many times as fast here"
        return str(_said(reasons, "augment", "none", why))
    return str(_said(reasons, "augment", "light", "crops and mirroring never change what is shown"))


def _batch_size(method: str, samples: int, reasons: dict[str, str]) -> int:
    # The contrastive loss of a probe compares the samples of a batch, so it needs many.
    size, least, batches = (128, 32, 2) if method == "linear_probe" else (64, 8, 8)
    while size > least and samples < batches * size:
        size //= 2
    return int(_said(reasons, "batch_size", size, f"{samples} samples make enough steps with it"))


def _epochs(method: str, samples: int, batch_size: int, reasons: dict[str, str]) -> int:
    wanted, most, least = (800, 40, 20) if method == "linear_probe" else (320, 20, 4)
    epochs = min(most, max(least, math.ceil(wanted * batch_size / max(1, samples))))
    why = f"about {wanted} steps are enough for what is trained"
    return int(_said(reasons, "epoch_num", epochs, why))


def _rate(method: str, reasons: dict[str, str]) -> float:
    rate = {"linear_probe": 1e-3, "lora": 1e-3, "partial": 1e-3, "full": 5e-4}[method]
    return float(_said(reasons, "lr", rate, f"it is what {method} stands with this optimizer"))


def _warmup(config: TrainingConfig, steps: int) -> int:
    if config.warmup_steps is not None:
        return config.warmup_steps
    ratio = 0.1 if config.warmup_ratio is None else config.warmup_ratio
    return min(math.ceil(ratio * steps), steps - 1)


def _workers(config: TrainingConfig, accelerator: str) -> int:
    from towhee.models.machine import cores

    asked = config.dataloader_num_workers
    if asked is None:  # on a CPU, whoever reads takes a core from the network
        return 0 if accelerator == "cpu" else min(8, cores())
    return cores() if asked < 0 else asked
