"""``TrainingConfig``: everything that can be said about a training, checked as it is said."""

from __future__ import annotations

import dataclasses
import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from towhee.errors import UnknownNameError
from towhee.trainer.config_checks import (
    CHECKS,
    LOSSES,
    LR_SCHEDULERS,
    METHODS,
    OPTIMIZERS,
    early_stopping,
    model_checkpoint,
    tensorboard,
)
from towhee.trainer.config_files import read_config, write_config

__all__ = [
    "LOSSES",
    "LR_SCHEDULERS",
    "METHODS",
    "OPTIMIZERS",
    "TrainingConfig",
    "dump_default_yaml",
]

Named = str | dict[str, Any]
"""The name of a loss or an optimizer, or a mapping of ``name_`` and its arguments."""


@dataclass(kw_only=True)
class TrainingConfig:
    """What a training is to be like.

    A setting that is ``None``, or given as ``"auto"``, is chosen from the data when the training
    begins, and the log says what it became and why. Every setting is checked when it is made and
    when it is changed; names of settings that there are not are refused.

    Args:
        output_dir: the folder for checkpoints, measures and the trained model.
        overwrite_output_dir: replace what an earlier training left there; otherwise a folder that
            holds one is refused.
        eval_strategy: when to evaluate: ``"epoch"`` after each, ``"steps"`` after ``eval_steps``
            each, or ``"no"``.
        eval_steps: steps of the optimizer between evaluations.
        batch_size: samples in a batch.
        val_batch_size: samples in a batch of the evaluation; ``-1`` for ``batch_size``.
        seed: of shuffling, augmentation and new weights.
        epoch_num: how often the data is gone through.
        dataloader_pin_memory: copy batches through pinned memory, which pays on a GPU only.
        dataloader_drop_last: leave out the last batch of an epoch if it is not full.
        dataloader_num_workers: processes that read samples; 0 reads in this one, -1 takes one a
            core.
        lr: the learning rate at its highest; ``"find"`` tries all for a step each and takes the
            one at which the loss falls fastest.
        metric: what the best model is chosen by, such as ``"accuracy"`` or ``"recall@1"``; see
            ``towhee.trainer.metrics``.
        print_steps: print a line each so many steps; ``None`` shows a progress bar.
        load_best_model_at_end: serve the best checkpoint, and not the last.
        early_stopping: stop when there is nothing to gain: how many evaluations without a gain
            are waited for, or a mapping of ``monitor`` (``"metric"`` or ``"loss"``), ``patience``
            and ``mode`` (``"max"``, ``"min"``, or ``None`` for the way that the metric gets
            better); ``None``, ``False`` or ``"no"`` never stops.
        model_checkpoint: how often the state is kept that a training goes on from: a mapping of
            ``every_n_epoch`` (or its value) and ``every_n_steps``, which are steps of the
            optimizer within an epoch; ``None`` for those keeps it once a minute.
        tensorboard: a mapping of ``log_dir`` (``None`` for one in ``output_dir``) and
            ``comment``, or the folder; ``None`` writes none.
        loss: its name (``LOSSES``), or a mapping of ``name_`` and its arguments.
        optimizer: its name (``OPTIMIZERS``), or a mapping of ``name_`` and its arguments.
        lr_scheduler_type: how the learning rate goes on from its highest (``LR_SCHEDULERS``).
        warmup_ratio: the share of all steps in which it rises.
        warmup_steps: how many steps it rises; goes before ``warmup_ratio``.
        device_str: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        freeze_bn: leave the statistics of all batch norms as they are.
        precision: ``"32"``, ``"16-mixed"`` or ``"bf16-mixed"``.
        gradient_accumulation: batches whose gradients make one step.
        max_grad_norm: longer gradients are cut to this length; 0 cuts none.
        label_smoothing: the share of a label that goes to all classes alike, below 1.
        mixup: the alpha of mixup's beta distribution; 0 mixes none.
        augment: how much training samples are changed: ``"none"``, ``"light"`` or ``"strong"``.
        method: what is trained (``METHODS``).
        pretrain: training without labels in front of that with labels: ``"simclr"``, ``"dino"``,
            ``"masked_autoencoder"`` or ``"masked_prediction"``, or a mapping of ``name_`` and its
            arguments, such as ``epoch_num``; ``None`` for none.
        teacher: an operator, or the name or folder of a model, whose likeness of samples the
            model learns in front of the labels; ``None`` for none.
        devices: how many devices, or a list of their numbers.
        resume_from: a checkpoint to go on from.

    Raises:
        UnknownNameError: for a setting, or the name of a loss, metric, …, that there is not; the
            message offers the closest.
        UsageError: for a value of another type, or out of its range.

    Example:
        >>> config = TrainingConfig(batch_size=2, epoch_num=2, output_dir="quick_start_output")
        >>> config.early_stopping
        {'monitor': 'metric', 'patience': 4, 'mode': None}
        >>> config.replace(loss={"name_": "SupConLoss", "temperature": 0.1}).loss_name
        'SupConLoss'
        >>> config.bach_size = 4
        Traceback (most recent call last):
        towhee.errors.UnknownNameError: no setting is called 'bach_size'; did you mean ...
    """

    __signature__: ClassVar[inspect.Signature]

    output_dir: str = "./output_dir"
    overwrite_output_dir: bool = True
    eval_strategy: Literal["no", "epoch", "steps"] = "epoch"
    eval_steps: int | None = None
    batch_size: int | None = None
    val_batch_size: int | None = None
    seed: int = 42
    epoch_num: int | None = None
    dataloader_pin_memory: bool | None = None
    dataloader_drop_last: bool = False
    dataloader_num_workers: int | None = None
    load_best_model_at_end: bool = True
    freeze_bn: bool = False
    gradient_accumulation: int = 1
    max_grad_norm: float | None = None
    mixup: float = 0.0
    augment: Literal["none", "light", "strong"] | None = None
    method: str | None = None
    pretrain: Named | None = None
    teacher: Named | None = None
    resume_from: str | None = None
    lr: float | Literal["find"] | None = None
    loss: Named | None = None
    optimizer: Named | None = None
    lr_scheduler_type: str | None = None
    warmup_ratio: float | None = None
    warmup_steps: int | None = None
    label_smoothing: float = 0.0
    print_steps: int | None = None
    early_stopping: dict[str, Any] | None = field(default_factory=lambda: early_stopping("auto"))
    model_checkpoint: dict[str, Any] | None = field(
        default_factory=lambda: model_checkpoint("auto")
    )
    tensorboard: dict[str, Any] | None = field(default_factory=lambda: tensorboard("auto"))
    device_str: str | None = None
    devices: int | list[int] | None = None
    precision: Literal["32", "16-mixed", "bf16-mixed"] | None = None
    metric: str | None = None

    def __new__(cls, **settings: Any) -> TrainingConfig:
        # In front of __init__, whose own words for an unknown keyword offer no other.
        for name in settings:
            _require_setting(name)
        return super().__new__(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        _require_setting(name)
        object.__setattr__(self, name, CHECKS[name](value))

    @property
    def loss_name(self) -> str | None:
        """The name of the loss, without its arguments."""
        return _name(self.loss)

    @property
    def loss_arguments(self) -> dict[str, Any]:
        """The arguments of the loss."""
        return _arguments(self.loss)

    @property
    def optimizer_name(self) -> str | None:
        """The name of the optimizer, without its arguments."""
        return _name(self.optimizer)

    @property
    def optimizer_arguments(self) -> dict[str, Any]:
        """The arguments of the optimizer."""
        return _arguments(self.optimizer)

    def replace(self, **settings: Any) -> TrainingConfig:
        """The same settings but for these, as another config."""
        return TrainingConfig(**(self.to_dict() | settings))

    def to_dict(self) -> dict[str, Any]:
        """The settings by name."""
        return dataclasses.asdict(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the settings to a YAML file, in the sections that `load` reads."""
        write_config(path, self.to_dict())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TrainingConfig:
        """The settings in a YAML file, with or without sections; the others as by default.

        Raises:
            MissingFileError: if there is none.
            DataError: if it is no YAML, or no mapping.
            UnknownNameError: for a setting or a section that there is not.
            UsageError: for a value of another type, or out of its range.
        """
        return cls(**read_config(path))

    def save_to_yaml(self, path2yaml: str | os.PathLike[str]) -> None:
        """`save`, by the name that existing programs use."""
        self.save(path2yaml)

    def load_from_yaml(self, path2yaml: str | os.PathLike[str]) -> None:
        """Change the settings to those in a file, as existing programs do; see `load`."""
        loaded = self.replace(**read_config(path2yaml))  # all are checked before any
        for name, value in loaded.to_dict().items():
            setattr(self, name, value)


def dump_default_yaml(yaml_path: str | os.PathLike[str]) -> None:
    """Write a file of all settings as they are by default, to be changed by hand."""
    TrainingConfig().save(yaml_path)


def _require_setting(name: str) -> None:
    if name not in CHECKS:
        raise UnknownNameError("setting", name, CHECKS)


def _name(named: Named | None) -> str | None:
    return str(named["name_"]) if isinstance(named, Mapping) else named


def _arguments(named: Named | None) -> dict[str, Any]:
    if not isinstance(named, Mapping):
        return {}
    return {name: value for name, value in named.items() if name != "name_"}


# What editors and help() show, which would be the signature of __new__.
TrainingConfig.__signature__ = inspect.Signature(
    list(inspect.signature(TrainingConfig.__init__).parameters.values())[1:]
)
