"""What is searched where the user says nothing of it: what the config leaves open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from towhee.trainer.hyperparameters.space import Choice, Range, Space
from towhee.trainer.settings import Settings
from towhee.trainer.training_config import TrainingConfig

Settle = Callable[[TrainingConfig], Settings]

_LOSSES = ("CrossEntropyLoss", "SupConLoss", "ProxyAnchorLoss", "ArcFaceLoss")
_ON_CPU = ("linear_probe", "partial")
_SIZES = (16, 32, 64, 128, 256)
_PLAIN_STEPS = ("SGD",)
"""Optimizers whose steps are as long as the gradient, so that their rates are larger."""

_DECAY = {"linear_probe": 0.01}
"""The weight decay that a training has if nothing is said: that of AdamW for a projection."""


@dataclass(frozen=True, slots=True)
class UsualSpace:
    """What is open, by the method that a trial takes.

    Attributes:
        methods: that trials take; one if it is settled.
        of_method: what is searched with each.
        usual: the settings that a training takes by itself, with which the search begins.
        shared: the names of settings whose values are the same for all methods.
        reasons: why something is not searched.
    """

    methods: tuple[str, ...]
    of_method: Mapping[str, Space]
    usual: Mapping[str, Any]
    shared: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)


def usual_space(
    config: TrainingConfig,
    settle: Settle,
    samples: int,
    methods: tuple[str, ...],
) -> UsualSpace:
    """The space of a search for what a config leaves open.

    Args:
        config: of the user.
        settle: what a training becomes of a config.
        samples: to train on.
        methods: by which the model can be trained.
    """
    own = settle(config)
    reasons: dict[str, str] = {}
    if config.method is not None:
        taken: tuple[str, ...] = (config.method,)
    elif own.accelerator == "cpu":
        taken = tuple(each for each in methods if each in _ON_CPU) or (own.method,)
        others = [each for each in methods if each not in taken]
        if others:
            reasons["method"] = (
                f"{' and '.join(others)} are not tried, because every trial would take minutes or "
                "hours without a GPU; name them in space to have them tried"
            )
    else:
        taken = methods
    if own.method not in taken:
        taken = (own.method, *taken)
    found = {each: _space(config, settle, each, samples) for each in taken}
    usual: dict[str, Any] = {
        "method": own.method,
        "lr": own.lr,
        "loss": own.loss,
        "augment": own.augment,
        "batch_size": own.batch_size,
        "epoch_num": own.epochs,
        "weight_decay": _DECAY.get(own.method, 0.05),
    }
    shared = ("loss", "augment", "batch_size", "weight_decay")
    return UsualSpace(taken, found, usual, shared, reasons)


def _space(config: TrainingConfig, settle: Settle, method: str, samples: int) -> Space:
    own = settle(config.replace(method=method))
    space: dict[str, Choice | Range] = {}
    if config.lr is None:
        low, high = (1, 1000) if own.optimizer in _PLAIN_STEPS else (0.1, 10)
        space["lr"] = Range(low * own.lr, high * own.lr, log=True)
    is_plain = not config.mixup and not config.label_smoothing  # which are of classes alone
    if config.loss is None and is_plain:
        space["loss"] = Choice(_LOSSES)
    if config.augment is None and own.augment != "none":
        space["augment"] = Choice(("none", "light", "strong"))
    sizes = tuple(size for size in _SIZES if 2 * size <= samples)
    if config.batch_size is None and len(sizes) > 1:
        space["batch_size"] = Choice(sizes)
    if config.epoch_num is None:
        space["epoch_num"] = Range(max(2, own.epochs // 2), 2 * own.epochs, log=True, whole=True)
    if (
        config.optimizer_name in (None, "AdamW")
        and "weight_decay" not in config.optimizer_arguments
    ):
        space["weight_decay"] = Range(1e-4, 0.5, log=True)
    return space
