"""What values a setting may take in a search."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from towhee.errors import UnknownNameError, UsageError
from towhee.trainer.config_checks import CHECKS
from towhee.trainer.training_config import TrainingConfig

_DECADES = 10
"""A range whose end is so many times its beginning is searched by orders of magnitude."""

_PARTS = ("optimizer", "loss")
_SHORT = {"weight_decay": "optimizer.weight_decay"}
_NOT_SEARCHED = (
    "output_dir", "overwrite_output_dir", "resume_from", "seed", "metric", "tensorboard",
    "print_steps", "model_checkpoint", "eval_strategy", "eval_steps", "val_batch_size",
    "device_str", "devices", "dataloader_pin_memory", "dataloader_num_workers",
    "load_best_model_at_end",
)  # fmt: skip
"""Settings that say where and how a trial runs and is measured, which has to be one way for all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values.

    Attributes:
        values: of any kind that the setting takes.
    """

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise UsageError("a choice has one value at least")


@dataclass(frozen=True, slots=True)
class Range:
    """A number from ``low`` to ``high``.

    Attributes:
        low: the least.
        high: the most.
        log: whether orders of magnitude are as likely as each other, and not numbers.
        whole: whether it is a whole number.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            above = "above 0 " if self.log else ""
            raise UsageError(f"a range goes up {above}from low to high, not {self.low, self.high}")

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        return self.low <= value <= self.high


Space = Mapping[str, Choice | Range]


def space_of(given: Mapping[str, Any]) -> Space:
    """The values that a user gives for settings.

    Args:
        given: by the name of a setting: a list is a choice, a pair of numbers a range. Besides
            the settings of a ``TrainingConfig`` there are ``"weight_decay"``, and arguments of
            the optimizer or the loss, such as ``"optimizer.momentum"``.

    Raises:
        UnknownNameError: for a setting that there is not.
        UsageError: for one that cannot be searched, or values that it cannot take.

    Example:
        >>> space_of({"lr": (1e-4, 1e-2), "batch_size": [16, 32]})["lr"]
        Range(low=0.0001, high=0.01, log=True, whole=False)
    """
    if not isinstance(given, Mapping) or not given:
        raise UsageError(
            f"space is a mapping such as {{'lr': (1e-4, 1e-2), 'batch_size': [16, 32]}}, not "
            f"{given!r}"
        )
    return {name: _values(name, values) for name, values in given.items()}


def config_with(config: TrainingConfig, settings: Mapping[str, Any]) -> TrainingConfig:
    """A config with the settings of a trial in place of its own.

    Raises:
        UsageError: for settings that do not go together.
    """
    plain: dict[str, Any] = {}
    arguments: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        part, _, argument = _SHORT.get(name, name).partition(".")
        if argument:
            arguments.setdefault(part, {})[argument] = value
        else:
            plain[name] = value
    for part, more in arguments.items():
        known = plain.get(part, getattr(config, part))
        base = {"name_": known} if isinstance(known, str) else dict(known or {})
        if "name_" not in base:
            if part != "optimizer":
                raise UsageError(f"{part}.{next(iter(more))} is searched, so say which: {part}=…")
            base["name_"] = "AdamW"  # which is taken if nothing is said
        plain[part] = base | more
    return config.replace(**plain)


def _values(name: str, values: Any) -> Choice | Range:
    check = _check_of(name)
    if isinstance(values, Choice | Range):
        found = values
    elif isinstance(values, list):
        found = Choice(tuple(values))
    elif isinstance(values, tuple) and len(values) == 2 and all(map(_is_number, values)):
        low, high = values
        whole = isinstance(low, int) and isinstance(high, int)
        found = Range(low, high, log=low > 0 and high >= _DECADES * low, whole=whole)
    else:
        raise UsageError(
            f"the space of {name} is a list of values, or a pair of numbers (low, high), not "
            f"{values!r}"
        )
    ends: Sequence[Any]
    if isinstance(found, Range):
        ends = [int(found.low), int(found.high)] if found.whole else [found.low, found.high]
    else:
        ends = found.values
    if check is not None:
        for value in ends:
            check(value)
    return found


def _check_of(name: str) -> Any:
    """What the setting's values have to pass; ``None`` for an argument of something."""
    part, _, argument = _SHORT.get(name, name).partition(".")
    if argument and part in _PARTS:
        return None
    if name in _NOT_SEARCHED:
        raise UsageError(f"{name} cannot be searched: it has to be the same for all trials")
    if name not in CHECKS:
        known = [*(each for each in CHECKS if each not in _NOT_SEARCHED), *_SHORT]
        if not difflib.get_close_matches(str(name), known, cutoff=0.55):
            listed = "(there are the settings of TrainingConfig, weight_decay, optimizer.… and "
            raise UnknownNameError("setting", str(name), known, listed + "loss.…)")
        raise UnknownNameError("setting", str(name), known)
    return CHECKS[name]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
