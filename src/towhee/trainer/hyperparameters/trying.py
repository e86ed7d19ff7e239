"""One training of a search, and what came of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towhee.errors import DataError, TrainingError, UsageError, one_line
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.hyperparameters.pruning import pruning
from towhee.trainer.hyperparameters.space import config_with
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.importing import import_optuna
from towhee.trainer.kept_result import keep_result
from towhee.trainer.metrics import Metric
from towhee.trainer.preparing import CHECKPOINTS
from towhee.trainer.result import TrainingResult
from towhee.trainer.training import train
from towhee.trainer.training_config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Trained:
    """What all trials of a search have.

    Attributes:
        ref: the operator.
        config: of the user.
        data: to learn from, and to compare trials by.
        metric: the measure that decides.
        is_watched: whether trials can be ended early.
        on_error: what becomes of samples that cannot be read.
    """

    ref: OperatorRef
    config: TrainingConfig
    data: tuple[TrainingData, TrainingData]
    metric: Metric
    is_watched: bool
    on_error: OnError


def tried(
    what: Trained,
    number: int,
    asked: Any,
    settings: dict[str, Any],
    folder: Path,
    *,
    ends_at: float | None,
    is_shown: Callable[[TrainingResult], bool],
) -> Trial:
    """Train with some settings, and tell what came of it, however it ended.

    Args:
        what: all trials have.
        number: of the trial.
        asked: of Optuna: is told how far the trial has come, and says whether to go on.
        settings: to try.
        folder: for all output; where a trial was cut off in it, it goes on.
        ends_at: the time, of ``time.monotonic``, at which it is to end; ``None`` for never.
        is_shown: whether a result is worth a report.
    """
    watch = [pruning(asked, what.metric, ends_at)] if what.is_watched else []
    began = time.perf_counter()
    try:
        config = config_with(what.config, settings).replace(
            output_dir=str(folder),
            resume_from=str(folder) if (folder / CHECKPOINTS).is_dir() else None,
            overwrite_output_dir=True,
        )
        result = train(
            what.ref,
            config,
            *what.data,
            is_shown=is_shown,
            callbacks=watch,
            on_error=what.on_error,
        )
    except import_optuna().TrialPruned as error:
        reached = _reached(watch)
        return Trial(number, "pruned", settings, reached, {}, _since(began), str(error))
    except (TrainingError, UsageError, DataError) as error:
        return Trial(number, "failed", settings, None, {}, _since(began), one_line(error, 300))
    keep_result(result, folder, what.ref)
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    value = float(result.metrics[result.metric])
    return Trial(number, "complete", settings, value, dict(result.metrics), _since(began))


def _reached(watch: Sequence[Any]) -> float | None:
    """The best that a trial had told of before it was ended."""
    return next((each.reached for each in watch), None)


def _since(began: float) -> float:
    return time.perf_counter() - began
