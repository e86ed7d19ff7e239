"""``tune``: trainings with different settings, and the model of the best."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.hyperparameters.place import Here, Place
from towhee.trainer.hyperparameters.search import Search, Told
from towhee.trainer.hyperparameters.search_folder import SearchFolder
from towhee.trainer.hyperparameters.search_result import SearchResult
from towhee.trainer.hyperparameters.space import config_with
from towhee.trainer.hyperparameters.study import quiet_optuna
from towhee.trainer.hyperparameters.trying import Trained
from towhee.trainer.hyperparameters.usual_space import UsualSpace
from towhee.trainer.kept_result import kept_result
from towhee.trainer.measured_elsewhere import measured_elsewhere
from towhee.trainer.remembered import remembering
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

_HELD_OUT = 0.2
"""The share of the training data that is measured with, where nothing else is given."""

CHOSEN = (
    "the samples to evaluate with chose the best of {count} trials, so its measures are better "
    "than those that new samples will have: pass test_dataset=… to measure with others"
)


def tune(
    ref: OperatorRef,
    config: TrainingConfig,
    train_data: TrainingData,
    evaluation: TrainingData | None = None,
    *,
    trials: int = 20,
    space: Mapping[str, Any] | None = None,
    pruner: str = "median",
    timeout_s: float | None = None,
    test: TrainingData | None = None,
    on_error: OnError = "skip",
    told: Told = lambda step: None,
    place: Place | None = None,
) -> SearchResult:
    """Train with different settings, choose what to try next by what came of it, keep the best.

    Args:
        ref: the operator.
        config: what all trials have; what it leaves open is searched. With ``resume_from`` a
            search in ``output_dir`` goes on.
        train_data: what is learned from.
        evaluation: what trials are compared by; a fifth of ``train_data`` if not given.
        trials: how many, those of a search that is resumed among them.
        space: what is searched instead: ``{"lr": (1e-4, 1e-2), "batch_size": [16, 32]}``.
        pruner: what ends trials early that promise nothing: ``"median"``, ``"hyperband"`` or
            ``"none"``.
        timeout_s: seconds after which no trial begins and none goes on, once one is complete.
        test: samples that the best is measured with, which choose nothing.
        on_error: ``"skip"`` goes on without samples that cannot be read.
        told: is told what is done next.
        place: where trials run; one after another, in this process, if not given.

    Raises:
        UsageError: for an operator, data, settings or a space that cannot be.
        TrainingError: if every trial fails.

    Source: Akiba et al., "Optuna: A Next-generation Hyperparameter Optimization Framework", 2019;
    Bergstra et al., "Algorithms for Hyper-Parameter Optimization", 2011, for the sampler (TPE).
    """
    if isinstance(trials, bool) or not isinstance(trials, int) or trials < 1:
        raise UsageError(f"trials is a whole number of 1 and more, not {trials!r}")
    if timeout_s is not None and not timeout_s > 0:
        raise UsageError(f"timeout_s is a number of seconds above 0, not {timeout_s!r}")
    if evaluation is None:
        train_data, evaluation = train_data.split(_HELD_OUT, config.seed)
    place = place or Here()
    what = place.searched(ref, config, train_data, space)
    if isinstance(what.space, UsualSpace):
        for name, why in what.space.reasons.items():
            logger.info("%s: %s", name, why)
    folder = SearchFolder(Path(config.output_dir))
    with quiet_optuna(), remembering(folder.path):
        study = folder.study(ref, config, (train_data, evaluation), space, what, pruner)
        trained = Trained(
            ref, config, (train_data, evaluation), what.metric, what.is_watched, on_error
        )
        search = Search(trained, what, study, folder, timeout_s)
        place.carry_out(search, trials, told)
        best = search.best()
        result = kept_result(folder.of(best), ref)
        notes = []
        if test is None:
            count = len(search.ended)
            notes += [CHOSEN.format(count=count)] if count > 1 else []
            before: Mapping[str, float] = {}
            after: Mapping[str, float] = {}
        else:
            told("measuring with the test data")
            before, after = measured_elsewhere(
                ref, result.ref, train_data, test, result.metric, config.seed
            )
        if not result.is_better:
            notes.append("no trial is better than the untouched model; use that one")
    done = SearchResult(
        best_config=config_with(config, best.settings).replace(resume_from=None),
        best=best,
        trials=search.ended,
        result=result,
        folder=folder.path,
        test=after,
        untouched_test=before,
        notes=tuple(notes),
    )
    folder.write_tables(done.trials, what.metric, result, notes)
    for note in notes:
        logger.warning("%s", note)
    return done
