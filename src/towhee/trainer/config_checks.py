"""What each setting of a training may be."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from towhee.errors import UnknownNameError, UsageError
from towhee.trainer.distillation.teacher import teacher_setting
from towhee.trainer.losses import LossName
from towhee.trainer.metrics.registry import metric_named
from towhee.trainer.pair_losses import PAIR_LOSSES
from towhee.trainer.pretraining.names import pretraining
from towhee.trainer.schedule import ScheduleName

LOSSES: tuple[str, ...] = (*get_args(LossName), *PAIR_LOSSES)
LR_SCHEDULERS: tuple[str, ...] = get_args(ScheduleName)
OPTIMIZERS = ("AdamW", "Adam", "SGD", "RMSprop", "NAdam", "RAdam")
"""Names in ``torch.optim``."""
METHODS = ("linear_probe", "lora", "partial", "full")
EVAL_STRATEGIES = ("no", "epoch", "steps")
PRECISIONS = ("32", "16-mixed", "bf16-mixed")
AUGMENTATIONS = ("none", "light", "strong")

_OFF = (None, False, "no", "null", "None")
_ON = (True, "auto", "yes")
_MODES = {"metric": (None, "max", "min"), "loss": (None, "min")}

# Any: what users give; each check says what it may be.
Check = Callable[[Any], Any]


def early_stopping(value: Any) -> dict[str, Any] | None:
    """``monitor``, ``patience`` and ``mode``, whole; ``None`` for no early stopping."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = {"patience": value}
    given = _mapping("early_stopping", value, ("monitor", "patience", "mode"))
    if given is None:
        return None
    # Existing programs name a logged number: eval_epoch_metric.
    monitor = re.sub(r"^eval_((epoch|step)_)?", "", str(given.get("monitor", "metric")))
    _one_of("early_stopping's monitor", tuple(_MODES))(monitor)
    mode = given.get("mode")
    if mode not in _MODES[monitor]:
        choices = " or ".join(map(repr, _MODES[monitor]))
        raise UsageError(f"early_stopping's mode for the {monitor} is {choices}, not {mode!r}")
    patience = _whole("early_stopping's patience", 1)(given.get("patience", 4))
    return {"monitor": monitor, "patience": patience, "mode": mode}


def model_checkpoint(value: Any) -> dict[str, Any] | None:
    """``every_n_epoch`` and ``every_n_steps``; ``None`` for none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = {"every_n_epoch": value}
    given = _mapping("model_checkpoint", value, ("every_n_epoch", "every_n_steps"))
    if given is None:
        return None
    every = _whole("model_checkpoint's every_n_epoch", 1)(given.get("every_n_epoch", 1))
    steps = _or_none(_whole("model_checkpoint's every_n_steps", 1))(given.get("every_n_steps"))
    return {"every_n_epoch": every} | ({"every_n_steps": steps} if steps else {})


def tensorboard(value: Any) -> dict[str, Any] | None:
    """``log_dir`` and ``comment``; ``None`` for none."""
    if isinstance(value, (str, os.PathLike)) and value not in (*_OFF, *_ON):
        value = {"log_dir": value}
    given = _mapping("tensorboard", value, ("log_dir", "comment"))
    if given is None:
        return None
    log_dir = _or_none(_folder("tensorboard's log_dir"))(given.get("log_dir"))
    return {"log_dir": log_dir, "comment": str(given.get("comment") or "")}


def _mapping(name: str, value: Any, known: Sequence[str]) -> dict[str, Any] | None:
    if any(value is off or (isinstance(value, str) and value == off) for off in _OFF):
        return None
    if any(value is on or (isinstance(value, str) and value == on) for on in _ON):
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{name} is a mapping of {', '.join(known)}, or None, not {value!r}")
    for key in value:
        if key not in known:
            raise UnknownNameError(f"setting of {name}", str(key), known)
    return dict(value)


def _or_none(check: Check) -> Check:
    """Also ``None``, or ``"auto"`` for it: left open."""

    def checked(value: Any) -> Any:
        is_open = value is None or (isinstance(value, str) and value == "auto")
        return None if is_open else check(value)

    return checked


def _flag(name: str) -> Check:
    def checked(value: Any) -> bool:
        if not isinstance(value, bool):
            raise UsageError(f"{name} is True or False, not {value!r}")
        return value

    return checked


def _whole(name: str, least: int, most: int | None = None) -> Check:
    upper = "" if most is None else f" and at most {most:,}"

    def checked(value: Any) -> int:
        is_number = hasattr(value, "__index__") and not isinstance(value, bool)
        if not is_number or int(value) < least or (most is not None and int(value) > most):
            raise UsageError(f"{name} is a whole number of at least {least}{upper}, not {value!r}")
        return int(value)

    return checked


def _number(name: str, least: float, below: float = math.inf, *, above: bool = False) -> Check:
    limits = f"above {least:g}" if above else f"at least {least:g}"
    limits += "" if below == math.inf else f" and below {below:g}"

    def checked(value: Any) -> float:
        try:  # YAML takes 1e-3, which lacks a point, for a text
            is_flag = isinstance(value, bool)
            number = math.nan if is_flag else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not (number > least or (number == least and not above)) or not number < below:
            raise UsageError(f"{name} is a number {limits}, not {value!r}")
        return number

    return checked


def _one_of(name: str, choices: tuple[str, ...]) -> Check:
    """One of these names, in any case."""
    known = {choice.lower(): choice for choice in choices}

    def checked(value: Any) -> str:
        if str(value).lower() not in known:
            listed = f"(there are {', '.join(choices)})"
            raise UnknownNameError(name, str(value), choices, listed)
        return known[str(value).lower()]

    return checked


def _named(name: str, choices: tuple[str, ...]) -> Check:
    """A name, or a mapping of ``name_`` and arguments."""
    known = _one_of(name, choices)

    def checked(value: Any) -> str | dict[str, Any]:
        if isinstance(value, Mapping):
            if "name_" not in value:
                raise UsageError(
                    f"{name} as a mapping has its name under 'name_', and its arguments: "
                    f"{{'name_': {choices[0]!r}, …}}, not {dict(value)!r}"
                )
            return {**value, "name_": known(value["name_"])}
        if not isinstance(value, str):
            raise UsageError(f"{name} is a name ({', '.join(choices)}), not {value!r}")
        return str(known(value))

    return checked


def _folder(name: str) -> Check:
    def checked(value: Any) -> str:
        if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
            raise UsageError(f"{name} is a path, not {value!r}")
        return os.path.expanduser(os.fspath(value))

    return checked


def _eval_strategy(value: Any) -> str:
    if value in (False, None):  # "no" without quotes is False in YAML
        return "no"
    known = _one_of("eval_strategy", EVAL_STRATEGIES)
    return str(known("epoch" if value == "eval_epoch" else value))


def _val_batch_size(value: Any) -> int | None:
    return None if value == -1 else int(_whole("val_batch_size", 1)(value))


def _metric(value: Any) -> str:
    return metric_named(value).name


def _device(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"cpu|mps|cuda(:\d+)?", value):
        raise UsageError(f"device_str is 'cpu', 'cuda', 'cuda:0' or 'mps', not {value!r}")
    return value


def _devices(value: Any) -> int | list[int]:
    if isinstance(value, (list, tuple)) and value:
        return [int(_whole("the number of a device", 0)(each)) for each in value]
    return int(_whole("devices", 1)(value))


def _precision(value: Any) -> str:
    is_plain = isinstance(value, int) or value == "32-true"
    return str(_one_of("precision", PRECISIONS)(str(value).removesuffix("-true") if is_plain
                                                else value))  # fmt: skip


def _rate(value: Any) -> float | str:
    if isinstance(value, str) and value == "find":
        return value
    try:
        return float(_number("lr", 0, above=True)(value))
    except UsageError as error:
        raise UsageError(f"lr is a number above 0, or 'find', not {value!r}") from error


def _augment(value: Any) -> str:
    if isinstance(value, bool):
        return "light" if value else "none"
    return str(_one_of("augment", AUGMENTATIONS)(value))


CHECKS: dict[str, Check] = {
    "output_dir": _folder("output_dir"),
    "overwrite_output_dir": _flag("overwrite_output_dir"),
    "eval_strategy": _eval_strategy,
    "eval_steps": _or_none(_whole("eval_steps", 1)),
    "batch_size": _or_none(_whole("batch_size", 1)),
    "val_batch_size": _or_none(_val_batch_size),
    "seed": _whole("seed", 0, 2**32 - 1),
    "epoch_num": _or_none(_whole("epoch_num", 1)),
    "dataloader_pin_memory": _or_none(_flag("dataloader_pin_memory")),
    "dataloader_drop_last": _flag("dataloader_drop_last"),
    "dataloader_num_workers": _or_none(_whole("dataloader_num_workers", -1)),
    "load_best_model_at_end": _flag("load_best_model_at_end"),
    "freeze_bn": _flag("freeze_bn"),
    "gradient_accumulation": _whole("gradient_accumulation", 1),
    "max_grad_norm": _or_none(_number("max_grad_norm", 0)),
    "mixup": _number("mixup", 0),
    "augment": _or_none(_augment),
    "method": _or_none(_one_of("method", METHODS)),
    "pretrain": _or_none(pretraining),
    "teacher": _or_none(teacher_setting),
    "resume_from": _or_none(_folder("resume_from")),
    "lr": _or_none(_rate),
    "loss": _or_none(_named("loss", LOSSES)),
    "optimizer": _or_none(_named("optimizer", OPTIMIZERS)),
    "lr_scheduler_type": _or_none(_one_of("lr_scheduler_type", LR_SCHEDULERS)),
    "warmup_ratio": _or_none(_number("warmup_ratio", 0, 1)),
    "warmup_steps": _or_none(_whole("warmup_steps", 0)),
    "label_smoothing": _number("label_smoothing", 0, 1),
    "print_steps": _or_none(_whole("print_steps", 1)),
    "early_stopping": early_stopping,
    "model_checkpoint": model_checkpoint,
    "tensorboard": tensorboard,
    "device_str": _or_none(_device),
    "devices": _or_none(_devices),
    "precision": _or_none(_precision),
    "metric": _or_none(_metric),
}
"""For each setting what makes of a value the one that is kept, or refuses it."""
