"""What a training on pairs becomes where its config leaves things open, each with its reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from towhee.errors import UnknownNameError, UsageError
from towhee.trainer.choices import chosen_device, said, warmup_steps, worker_count
from towhee.trainer.settings import Settings
from towhee.trainer.training_config import TrainingConfig

_WANTED_STEPS = 300
_BATCH = 64
_RATES = {"linear_probe": 1e-3, "lora": 1e-3, "partial": 1e-4, "full": 5e-5}


_HONOURED = frozenset(
    {
        *("output_dir", "overwrite_output_dir", "eval_strategy", "eval_steps", "batch_size"),
        *("val_batch_size", "seed", "epoch_num", "dataloader_pin_memory", "dataloader_drop_last"),
        *("dataloader_num_workers", "load_best_model_at_end", "freeze_bn", "resume_from"),
        *("gradient_accumulation", "max_grad_norm", "augment", "method", "lr", "loss", "optimizer"),
        *("lr_scheduler_type", "warmup_ratio", "warmup_steps", "print_steps", "early_stopping"),
        *("model_checkpoint", "tensorboard", "device_str", "devices", "precision", "metric"),
    }
)
"""The settings that pairs have; the others are of labels."""


@dataclass(frozen=True, slots=True)
class PairAbilities:
    """What can be asked of a model that is trained on pairs.

    Attributes:
        methods: by which it can be trained; the first is taken if none is named.
        why: the first is taken.
        losses: by the kind of pairs; the first is taken if none is named.
        augments: how much its values can be changed.
        finds_rates: whether the best learning rate can be found by trying.
    """

    methods: tuple[str, ...]
    why: str
    losses: Mapping[str, tuple[str, ...]]
    augments: tuple[str, ...] = ("none",)
    finds_rates: bool = False


def settled_pairs(
    config: TrainingConfig,
    kinds: tuple[str, str],
    count: int,
    abilities: PairAbilities,
    batches: Callable[[int], int],
) -> Settings:
    """Choose what a config leaves open.

    Args:
        config: what the user says.
        kinds: of the pairs to train on, and of those to measure with.
        count: how many there are to train on.
        abilities: of the model.
        batches: how many an epoch has, from their size.

    Raises:
        UsageError: for settings that pairs do not have, or that do not go together.
        UnknownNameError: for a loss that such pairs do not have.
    """
    _refuse(config, abilities)
    kind, measured = kinds
    reasons: dict[str, str] = {}
    accelerator, devices = chosen_device(config, reasons)
    method = config.method or said(reasons, "method", abilities.methods[0], abilities.why)
    losses = abilities.losses.get(kind, ())
    if not losses:
        known = ", ".join(name for name, some in abilities.losses.items() if some)
        raise UsageError(f"this model cannot be trained on {kind}; it takes {known}")
    loss = config.loss_name or said(reasons, "loss", losses[0], f"these are {kind}")
    if loss not in losses:
        raise UnknownNameError("loss", loss, losses, f"for {kind} (there are {', '.join(losses)})")
    is_scored = measured == "scored pairs"
    metric = config.metric or (
        said(reasons, "metric", "spearman", "pairs with scores are to be put in their order")
        if is_scored
        else said(reasons, "metric", "mrr", "what belongs together is to be found first")
    )
    size = config.batch_size or _batch_size(count, reasons)
    epochs = config.epoch_num or _epochs(batches(size), reasons)
    lr = _RATES[method] if config.lr == "find" else config.lr
    if lr is None:
        why = f"it is what {method} stands with this optimizer"
        lr = said(reasons, "lr", _RATES[method], why)
    steps = math.ceil(batches(size) / config.gradient_accumulation) * epochs
    if not steps:
        raise UsageError(
            f"{count} pairs make no whole batch of {size}: lower batch_size, or set "
            "dataloader_drop_last=False"
        )
    grad_norm = config.max_grad_norm
    if grad_norm is None:
        grad_norm = said(reasons, "max_grad_norm", 1.0, "one odd batch cannot undo the others")
    precision = {None: "32-true", "32": "32-true"}.get(config.precision, config.precision or "")
    if precision == "16-mixed" and accelerator == "cpu":
        raise UsageError("precision='16-mixed' takes a GPU: take '32' or 'bf16-mixed' on a CPU")
    return Settings(
        method=str(method),
        loss=str(loss),
        metric=str(metric),
        augment=config.augment or "none",
        batch_size=size,
        epochs=epochs,
        lr=float(lr),
        optimizer=config.optimizer_name or "AdamW",
        schedule=config.lr_scheduler_type or "linear",
        steps=steps,
        warmup=warmup_steps(config, steps),
        max_grad_norm=grad_norm or None,
        accelerator=accelerator,
        devices=devices,
        precision=precision,
        workers=worker_count(config, accelerator),
        reasons=reasons,
    )


def _refuse(config: TrainingConfig, abilities: PairAbilities) -> None:
    """Refuse settings that would be ignored."""
    usual = TrainingConfig().to_dict()
    for name, value in config.to_dict().items():
        if name not in _HONOURED and value != usual[name]:
            raise UsageError(
                f"{name}={value!r} is nothing for pairs, which have no labels: leave it at "
                f"{usual[name]!r}"
            )
    for name, asked, choices in (
        ("method", config.method, abilities.methods),
        ("augment", config.augment, abilities.augments),
    ):
        if asked is not None and asked not in choices:
            raise UsageError(
                f"{name}={asked!r} is nothing for pairs and this model; it takes "
                f"{', '.join(choices)}"
            )
    if config.lr == "find" and not abilities.finds_rates:
        raise UsageError(
            "lr='find' is not to be had for pairs of texts: give a number, such as 5e-5, or leave "
            "it open"
        )


def _batch_size(count: int, reasons: dict[str, str]) -> int:
    size = _BATCH
    while size > 8 and count < 8 * size:
        size //= 2
    return int(said(reasons, "batch_size", size, f"{count} pairs make enough steps with it"))


def _epochs(batches: int, reasons: dict[str, str]) -> int:
    epochs = min(10, max(1, math.ceil(_WANTED_STEPS / max(1, batches))))
    why = f"about {_WANTED_STEPS} steps, and no pair more than ten times"
    return int(said(reasons, "epoch_num", epochs, why))
