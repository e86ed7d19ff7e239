"""What a training becomes where its config leaves things open, each with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.trainer.choices import chosen_device, said, warmup_steps, worker_count
from towhee.trainer.schedule import optimizer_steps
from towhee.trainer.trainable import Abilities
from towhee.trainer.training_config import TrainingConfig

FEW = 50
"""Samples a class below which a network's own weights are left as they are."""

MANY = 1000
"""Samples a class from which all weights can be trained, on a GPU."""

_NEW, _NEW_RATE = (3000, 60, 10), 3e-3
"""Steps that a network needs that begins with nothing, epochs at most and at least; its rate."""

_IMAGES = Abilities()

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


def settled(
    config: TrainingConfig,
    labels: npt.NDArray[np.int64],
    classes: int,
    abilities: Abilities = _IMAGES,
) -> Settings:
    """Choose what a config leaves open, from the data, the model and the machine.

    Args:
        config: what the user says.
        labels: of the training samples, ``(n,)``.
        classes: how many there are.
        abilities: what can be asked of the model.

    Raises:
        UsageError: for settings that do not go together, or that the model cannot have.
    """
    _check(config, abilities)
    reasons: dict[str, str] = {}
    accelerator, devices = chosen_device(config, reasons)
    per_class = int(np.median(np.bincount(labels, minlength=classes)))
    method = config.method or _method(per_class, accelerator, abilities, reasons)
    loss = config.loss_name or _loss(method, reasons)
    if config.mixup and loss != "CrossEntropyLoss":
        raise UsageError(f"mixup mixes labels, which {loss} cannot: take loss='CrossEntropyLoss'")
    metric = config.metric or said(
        reasons, "metric", "knn", "an embedding is used by its neighbours"
    )
    augment = config.augment or _augment(method, accelerator, abilities, reasons)
    is_new = abilities.from_scratch and method != "linear_probe"
    batch_size = config.batch_size or _batch_size(method, len(labels), is_new, reasons)
    epochs = config.epoch_num or _epochs(method, len(labels), batch_size, is_new, reasons)
    given = config.lr if isinstance(config.lr, float) else None
    lr = given or _rate(method, is_new, abilities, reasons)
    devices = _devices(method, devices, reasons)
    together = batch_size * (devices if isinstance(devices, int) else len(devices))
    steps = optimizer_steps(
        len(labels), together, config.gradient_accumulation, epochs, config.dataloader_drop_last
    )
    if not steps:
        raise UsageError(
            f"{len(labels)} samples make no whole batch of {together}: lower batch_size, or set "
            "dataloader_drop_last=False"
        )
    grad_norm = config.max_grad_norm
    if grad_norm is None:
        grad_norm = said(reasons, "max_grad_norm", 5.0, "one odd batch cannot undo the others")
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
        warmup=warmup_steps(config, steps),
        max_grad_norm=grad_norm or None,
        accelerator=accelerator,
        devices=devices,
        precision={None: "32-true", "32": "32-true"}.get(config.precision, config.precision or ""),
        workers=worker_count(config, accelerator),
        reasons=reasons,
    )


def _check(config: TrainingConfig, abilities: Abilities) -> None:
    """Refuse what a model cannot be asked for."""
    for name, asked, choices in (
        ("method", config.method, abilities.methods),
        ("augment", config.augment, abilities.augments),
    ):
        if asked is not None and asked not in choices:
            raise UsageError(
                f"{name}={asked!r} is nothing for this model; it takes {', '.join(choices)}"
            )
    if config.mixup and not abilities.mixes:
        raise UsageError(f"mixup mixes numbers, and {abilities.unit} are none: leave it at 0")


def _devices(method: str, devices: Any, reasons: dict[str, str]) -> Any:
    """Those that take part."""
    if method != "linear_probe" or devices == 1:
        return devices
    reasons["devices"] = "1, because a projection of features is learned sooner than it is shared"
    return 1 if isinstance(devices, int) else devices[:1]


def _method(per_class: int, accelerator: str, abilities: Abilities, reasons: dict[str, str]) -> str:
    if per_class < FEW:
        why = (
            f"{per_class} samples a class are too few to change the network without learning them "
            f"by heart (fewer than {FEW}); a projection of its features has few weights"
        )
        return str(said(reasons, "method", "linear_probe", why))
    if "partial" not in abilities.methods:
        carried = f"{per_class} samples a class carry its weights (at least {FEW})"
        return str(said(reasons, "method", "full", carried))
    if per_class < MANY or accelerator == "cpu":
        less = f"{per_class} samples a class carry its last stages, not all of it"
        why = less if per_class < MANY else "all weights would take too long without a GPU"
        return str(said(reasons, "method", "partial", why))
    why = f"{per_class} samples a class carry all weights (at least {MANY}), and there is a GPU"
    return str(said(reasons, "method", "full", why))


def _loss(method: str, reasons: dict[str, str]) -> str:
    if method == "linear_probe":
        why = "it puts the samples of a class together, and trains in seconds"
        return str(said(reasons, "loss", "SupConLoss", why))
    why = "a classifier in front of the loss needs no large batches"
    return str(said(reasons, "loss", "CrossEntropyLoss", why))


def _augment(method: str, accelerator: str, abilities: Abilities, reasons: dict[str, str]) -> str:
    if abilities.augments == ("none",):
        why = f"there is no way to change {abilities.unit} that leaves them what they are"
        return str(said(reasons, "augment", "none", why))
    if method == "linear_probe":
        why = f"features are computed once, of the {abilities.unit} as they are served"
        return str(said(reasons, "augment", "none", why))
    if abilities.from_scratch:
        why = "a network that begins with nothing must not learn what is chance in the samples"
        return str(said(reasons, "augment", "strong", why))
    if method == "partial" and accelerator == "cpu":
        why = "the frozen part of the network is computed once, which is many times as fast here"
        return str(said(reasons, "augment", "none", why))
    return str(said(reasons, "augment", "light", abilities.light))


def _batch_size(method: str, samples: int, is_new: bool, reasons: dict[str, str]) -> int:
    # The contrastive loss of a probe compares the samples of a batch, so it needs many.
    size, least, batches = (128, 32, 2) if method == "linear_probe" else (64, 8, 8)
    if is_new:  # which has many steps to go
        size = 32
    while size > least and samples < batches * size:
        size //= 2
    return int(said(reasons, "batch_size", size, f"{samples} samples make enough steps with it"))


def _epochs(
    method: str, samples: int, batch_size: int, is_new: bool, reasons: dict[str, str]
) -> int:
    wanted, most, least = (800, 40, 20) if method == "linear_probe" else (320, 20, 4)
    if is_new:
        wanted, most, least = _NEW
    epochs = min(most, max(least, math.ceil(wanted * batch_size / max(1, samples))))
    why = f"about {wanted} steps are enough for what is trained"
    return int(said(reasons, "epoch_num", epochs, why))


def _rate(method: str, is_new: bool, abilities: Abilities, reasons: dict[str, str]) -> float:
    usual = {"linear_probe": 1e-3, "lora": 1e-3, "partial": 1e-3, "full": 5e-4}
    rate = (usual | dict(abilities.rates))[method]
    if is_new:
        why = "there is nothing in a new network that larger steps could spoil"
        return float(said(reasons, "lr", _NEW_RATE, why))
    return float(said(reasons, "lr", rate, f"it is what {method} stands with this optimizer"))
