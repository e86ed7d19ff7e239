"""``tune``: trainings with different settings, and the model of the best."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from towhee.errors import DataError, TrainingError, UsageError, one_line
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.hyperparameters.pruning import pruning
from towhee.trainer.hyperparameters.search_folder import SearchFolder
from towhee.trainer.hyperparameters.search_result import SearchResult
from towhee.trainer.hyperparameters.searched import Searched, searched
from towhee.trainer.hyperparameters.space import config_with
from towhee.trainer.hyperparameters.study import Study, quiet_optuna, said
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.hyperparameters.usual_space import UsualSpace
from towhee.trainer.importing import import_optuna
from towhee.trainer.kept_result import keep_result, kept_result
from towhee.trainer.measured_elsewhere import measured_elsewhere
from towhee.trainer.preparing import CHECKPOINTS
from towhee.trainer.remembered import remembering
from towhee.trainer.result import TrainingResult
from towhee.trainer.training import train
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)

_HELD_OUT = 0.2
"""The share of the training data that is measured with, where nothing else is given."""

_SAME = 3
"""So many trials that fail in the same words, before any other ends, end a search."""

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
    told: Callable[[str], object] = lambda step: None,
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
    what = searched(ref, config, train_data, space)
    if isinstance(what.space, UsualSpace):
        for name, why in what.space.reasons.items():
            logger.info("%s: %s", name, why)
    folder = SearchFolder(Path(config.output_dir))
    with quiet_optuna(), remembering(folder.path):
        study = folder.study(ref, config, (train_data, evaluation), space, what, pruner)
        search = _Search(
            ref, config, train_data, evaluation, what, study, folder, timeout_s, on_error
        )
        search.run(trials, told)
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


class _Search:
    """A search as it goes on."""

    def __init__(
        self,
        ref: OperatorRef,
        config: TrainingConfig,
        train_data: TrainingData,
        evaluation: TrainingData,
        what: Searched,
        study: Study,
        folder: SearchFolder,
        timeout_s: float | None,
        on_error: OnError,
    ) -> None:
        self._ref, self._config, self._data = ref, config, (train_data, evaluation)
        self._what, self._study, self._folder = what, study, folder
        self._ends_at = None if timeout_s is None else time.monotonic() + timeout_s
        self._on_error: OnError = on_error

    @property
    def ended(self) -> tuple[Trial, ...]:
        """The trials that have ended."""
        return self._study.trials

    def run(self, trials: int, told: Callable[[str], object]) -> None:
        """Try until there are so many trials, or the time is over."""
        while len(self.ended) < trials and not self._is_over():
            asked, settings = self._study.ask(self._what.space)
            number = len(self.ended)
            told(f"trial {number + 1} of {trials}: {said(settings)}")
            trial = self._tried(number, asked, settings)
            self._study.tell(asked, trial)
            best = self._best()
            self._folder.keep_only(best, number)
            first = None if best is None else kept_result(self._folder.of(best), self._ref)
            self._folder.write_tables(self.ended, self._what.metric, first, ())
            came = trial.reason or f"{self._what.metric.name} {trial.value:.4f}"
            logger.info(
                "trial %d of %d, %s: %s; %s", number + 1, trials, trial.state, came, said(settings)
            )
            _stop_if_hopeless(self.ended)

    def best(self) -> Trial:
        """The best trial.

        Raises:
            TrainingError: if none is complete.
        """
        found = self._best()
        if found is None:
            why = next((trial.reason for trial in self.ended if trial.reason), "there was none")
            raise TrainingError(
                f"none of {len(self.ended)} trials came to its end; the first: {why}"
            )
        return found

    def _best(self) -> Trial | None:
        found: Trial | None = None
        for trial in self.ended:
            if trial.state != "complete" or trial.value is None:
                continue
            if found is None or self._what.metric.is_better(trial.value, found.value or 0.0):
                found = trial
        return found

    def _is_better(self, result: TrainingResult) -> bool:
        """Whether a result is better than those before it."""
        best = self._best()
        if best is None or best.value is None:
            return True
        return self._what.metric.is_better(result.metrics[result.metric], best.value)

    def _is_over(self) -> bool:
        has_one = self._best() is not None
        return has_one and self._ends_at is not None and time.monotonic() > self._ends_at

    def _tried(self, number: int, asked: Any, settings: dict[str, Any]) -> Trial:
        """One training, and what came of it, however it ended."""
        folder = self._folder.of(number)
        watch: list[Any] = []
        if self._what.is_watched:
            ends_at = None if self._best() is None else self._ends_at
            watch = [pruning(asked, self._what.metric, ends_at)]
        began = time.perf_counter()
        try:
            config = config_with(self._config, settings).replace(
                output_dir=str(folder),
                resume_from=str(folder) if (folder / CHECKPOINTS).is_dir() else None,
                overwrite_output_dir=True,
            )
            result = train(
                self._ref,
                config,
                *self._data,
                is_shown=self._is_better,
                callbacks=watch,
                on_error=self._on_error,
            )
        except import_optuna().TrialPruned as error:
            reached = asked.study.trials[asked.number].intermediate_values
            value = list(reached.values())[-1] if reached else None
            seconds = time.perf_counter() - began
            return Trial(number, "pruned", settings, value, {}, seconds, str(error))
        except (TrainingError, UsageError, DataError) as error:
            seconds = time.perf_counter() - began
            return Trial(number, "failed", settings, None, {}, seconds, one_line(error, 300))
        keep_result(result, folder, self._ref)
        shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
        value = float(result.metrics[result.metric])
        seconds = time.perf_counter() - began
        return Trial(number, "complete", settings, value, dict(result.metrics), seconds)


def _stop_if_hopeless(trials: Sequence[Trial]) -> None:
    """End a search whose first trials all fail for the same reason: the others would too.

    Raises:
        TrainingError: then.
    """
    reasons = {trial.reason for trial in trials}
    if len(trials) >= _SAME and len(reasons) == 1 and all(t.state == "failed" for t in trials):
        raise TrainingError(f"the first {len(trials)} trials failed alike: {trials[0].reason}")
