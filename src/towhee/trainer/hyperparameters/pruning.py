"""Ending a trial that promises nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any, Literal, get_args

from towhee.errors import UnknownNameError
from towhee.trainer.importing import import_lightning, import_optuna
from towhee.trainer.metrics import Metric

PrunerName = Literal["median", "hyperband", "none"]

_PARTS = 10
"""A training is compared with others at so many parts of its length: epochs of a long one and of a
short one are not the same."""

_FIRST = 5
"""Trials that are complete before any is pruned."""

_LEAST = 2
"""Parts of its length that a trial is given in any case."""


def pruner_named(name: str) -> Any:
    """Optuna's pruner.

    Raises:
        UnknownNameError: if there is none of that name.

    Source: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization",
    2018.
    """
    if name not in get_args(PrunerName):
        choices = get_args(PrunerName)
        raise UnknownNameError("pruner", str(name), choices, f"(there are {', '.join(choices)})")
    pruners = import_optuna().pruners
    if name == "none":
        return pruners.NopPruner()
    if name == "median":
        return pruners.MedianPruner(n_startup_trials=_FIRST, n_warmup_steps=_LEAST)
    return pruners.HyperbandPruner(min_resource=1, max_resource=_PARTS, reduction_factor=3)


def pruning(trial: Any, metric: Metric, ends_at: float | None) -> Any:
    """A callback of Lightning that tells a trial how far it has come, and ends it.

    Args:
        trial: of Optuna, whose ``report`` and ``should_prune`` are called.
        metric: the measure that decides.
        ends_at: the time, of ``time.monotonic``, at which the search is to end; ``None`` for never.

    Raises:
        optuna.TrialPruned: in the training.
    """
    lightning = import_lightning()
    optuna = import_optuna()

    # Lightning calls those that watch a measure behind all others, when it is taken.
    class Pruning(lightning.callbacks.Checkpoint):  # type: ignore[misc,name-defined]  # Any
        def __init__(self) -> None:
            self._told = 0
            self.reached: float | None = None  # the best that it has told of

        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            rows = module.outcome.history
            best = best_of(rows, metric)
            done = (trainer.current_epoch + 1) / trainer.max_epochs
            if best is not None:
                for part in range(self._told + 1, int(_PARTS * done) + 1):
                    trial.report(best, part)
                    self._told, self.reached = part, best
            if done < 1 and not trainer.should_stop and best is not None and trial.should_prune():
                raise optuna.TrialPruned(
                    f"{metric.name} was {best:.4f} after {done:.0%} of its epochs, and others had "
                    "come farther"
                )

        def on_train_batch_end(self, *_: Any) -> None:
            if ends_at is not None and time.monotonic() > ends_at:
                raise optuna.TrialPruned("the time for the search was over")

    return Pruning()


def best_of(rows: Sequence[dict[str, Any]], metric: Metric) -> float | None:
    """The best measure of some evaluations, ``None`` where there is none."""
    values = [float(row[metric.name]) for row in rows if row.get(metric.name) is not None]
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return None
    return max(known) if metric.larger_is_better else min(known)
