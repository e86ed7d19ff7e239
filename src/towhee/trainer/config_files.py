"""The settings of a training as a YAML file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import yaml

from towhee.errors import DataError, MissingFileError, UnknownNameError, UsageError

Path = str | os.PathLike[str]
SECTIONS: dict[str, tuple[str, ...]] = {
    "train": (
        "output_dir",
        "overwrite_output_dir",
        "eval_strategy",
        "eval_steps",
        "batch_size",
        "val_batch_size",
        "seed",
        "epoch_num",
        "dataloader_pin_memory",
        "dataloader_drop_last",
        "dataloader_num_workers",
        "load_best_model_at_end",
        "freeze_bn",
        "gradient_accumulation",
        "max_grad_norm",
        "mixup",
        "augment",
        "method",
        "pretrain",
        "teacher",
        "resume_from",
    ),
    "learning": (
        "lr",
        "loss",
        "optimizer",
        "lr_scheduler_type",
        "warmup_ratio",
        "warmup_steps",
        "label_smoothing",
    ),
    "logging": ("print_steps",),
    "callback": (
        "early_stopping",
        "model_checkpoint",
        "tensorboard",
    ),
    "device": (
        "device_str",
        "devices",
        "precision",
    ),
    "metrics": ("metric",),
}
"""The settings that stand in each section of a file; the sections are the predecessor's."""


def write_config(path: Path, settings: Mapping[str, Any]) -> None:
    """Write settings, each in its section.

    The file is put in its place whole, so that an interrupted call leaves what was there before.
    """
    written = {section: {name: settings[name] for name in names}
               for section, names in SECTIONS.items()}  # fmt: skip
    beside = f"{os.fspath(path)}.{os.getpid()}.part"
    with open(beside, "w", encoding="utf-8") as file:
        yaml.safe_dump(written, file, sort_keys=False)
    os.replace(beside, path)


def read_config(path: Path) -> dict[str, Any]:
    """The settings in a file, in sections or without.

    Raises:
        MissingFileError: if there is none.
        DataError: if it is no YAML, or no mapping.
        UnknownNameError: for a setting or a section that there is not.
        UsageError: for a setting that stands there twice.
    """
    name = os.fspath(path)
    try:
        with open(name, encoding="utf-8") as file:
            written = yaml.safe_load(file)
    except FileNotFoundError as error:
        raise MissingFileError(f"{name!r} does not exist (looked in {os.getcwd()!r})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"{name!r} cannot be read as YAML: {error}") from error
    if written is None:
        return {}
    if not isinstance(written, Mapping):
        raise DataError(f"{name!r} holds a {type(written).__name__}, not settings by name")
    found: dict[str, Any] = {}
    known = {setting for names in SECTIONS.values() for setting in names}
    for key, value in written.items():
        is_section = key in SECTIONS and (value is None or isinstance(value, Mapping))
        for setting, given in (value or {}).items() if is_section else [(key, value)]:
            if setting not in known:
                raise UnknownNameError(
                    "setting", str(setting), {*known, *SECTIONS}, f"(in {name!r})"
                )
            if setting in found:
                raise UsageError(f"{name!r} gives {setting!r} twice")
            found[setting] = given
    return found
