"""What a search tries for an operator and data, and how trials are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.hyperparameters.space import Choice, Range, Space, space_of
from towhee.trainer.hyperparameters.usual_space import UsualSpace, usual_space
from towhee.trainer.metrics import Metric, metric_named
from towhee.trainer.models.kinds import model_of
from towhee.trainer.pairs import holds_pairs
from towhee.trainer.settings import Settings, settled
from towhee.trainer.training_config import TrainingConfig

_OF_PAIRS: dict[str, Choice | Range] = {
    "lr": Range(2e-6, 5e-4, log=True),
    "batch_size": Choice((16, 32, 64)),
    "epoch_num": Range(1, 8, log=True, whole=True),
    "weight_decay": Range(1e-4, 0.3, log=True),
}
"""What is searched for pairs, as far as a config leaves it open."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search is of.

    Attributes:
        space: what is tried.
        metric: the measure that decides.
        is_watched: whether trials can be ended early.
    """

    space: Space | UsualSpace
    metric: Metric
    is_watched: bool


def searched(
    ref: OperatorRef, config: TrainingConfig, data: TrainingData, space: Mapping[str, Any] | None
) -> Searched:
    """What is tried.

    Args:
        ref: the operator.
        config: of the user.
        data: to train on.
        space: the user's own; what the config leaves open, if not given.

    Raises:
        UsageError: for an operator, data, settings or a space that cannot be.
    """
    given = None if space is None else space_of(space)
    if holds_pairs(ref, data):
        metric = config.metric or ("mrr" if data.scores is None else "spearman")
        return Searched(given or _pairs_space(config), metric_named(metric), False)
    model = model_of(ref)
    fixed = config.replace(lr=None) if config.lr == "find" else config

    def settle(changed: TrainingConfig) -> Settings:
        return settled(changed, data.labels, len(data.classes), model.abilities)

    # What decides does not depend on what is tried, some of which may not go together.
    metric = settle(TrainingConfig(metric=config.metric, device_str=config.device_str)).metric
    usual = given or usual_space(fixed, settle, len(data), model.abilities.methods)
    if config.lr == "find" and isinstance(usual, UsualSpace):  # each trial finds its own
        without = {
            method: {name: each for name, each in part.items() if name != "lr"}
            for method, part in usual.of_method.items()
        }
        usual = replace(usual, of_method=without)
    devices = config.devices or 1
    # Several devices are processes of their own, which no one here can look into.
    is_alone = (len(devices) if isinstance(devices, list) else devices) == 1
    return Searched(usual, metric_named(metric), is_alone)


def _pairs_space(config: TrainingConfig) -> Space:
    is_open = {name: getattr(config, name) is None for name in ("lr", "batch_size", "epoch_num")}
    is_open["weight_decay"] = config.optimizer is None
    return {name: each for name, each in _OF_PAIRS.items() if is_open[name]}
