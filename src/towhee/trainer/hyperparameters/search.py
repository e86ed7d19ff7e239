"""A search as it goes on: what is tried next, what came of it, and which trial is the best."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from towhee.errors import TrainingError
from towhee.trainer.hyperparameters.search_folder import SearchFolder
from towhee.trainer.hyperparameters.searched import Searched
from towhee.trainer.hyperparameters.study import Study, said
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.hyperparameters.trying import Trained
from towhee.trainer.kept_result import kept_result

logger = logging.getLogger(__name__)

Told = Callable[[str], object]

_SAME = 3
"""So many trials that fail in the same words, before any other ends, end a search."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A trial that has begun.

    Attributes:
        number: of the trial.
        asked: the same as Optuna has it.
        settings: to try.
        at: the time at which it began, of ``time.perf_counter``.
    """

    number: int
    asked: Any
    settings: dict[str, Any]
    at: float


class Search:
    """Trials that are begun and ended, one by one or several at once.

    Args:
        what: all trials have.
        space: what is tried.
        study: knows what was tried.
        folder: of the search.
        timeout_s: seconds after which no trial begins and none goes on, once one is complete.
    """

    def __init__(
        self,
        what: Trained,
        space: Searched,
        study: Study,
        folder: SearchFolder,
        timeout_s: float | None,
    ) -> None:
        self.what, self.folder = what, folder
        self._space, self._study = space.space, study
        self._ends_at = None if timeout_s is None else time.monotonic() + timeout_s
        self._running: dict[int, Begun] = {}

    @property
    def ended(self) -> tuple[Trial, ...]:
        """The trials that have ended."""
        return self._study.trials

    @property
    def ends_at(self) -> float | None:
        """When a trial that begins now is to end, of ``time.monotonic``; ``None`` for never."""
        return None if self._best() is None else self._ends_at

    def begin(self, trials: int, told: Told) -> Begun | None:
        """The next trial, ``None`` when there are so many, or the time is over."""
        if len(self.ended) + len(self._running) >= trials or self._is_over():
            return None
        taken = {trial.number for trial in self.ended} | set(self._running)
        number = next(each for each in range(len(taken) + 1) if each not in taken)
        asked, settings = self._study.ask(self._space, number, is_alone=not self._running)
        told(f"trial {number + 1} of {trials}: {said(settings)}")
        begun = self._running[number] = Begun(number, asked, settings, time.perf_counter())
        return begun

    def end(self, trial: Trial, trials: int) -> None:
        """Keep what came of a trial, and of the folders that of the best alone.

        Raises:
            TrainingError: if the first trials all fail for the same reason: the others would too.
        """
        begun = self._running.pop(trial.number)
        self._study.tell(begun.asked, trial)
        best = self._best()
        self.folder.keep_only(best, [each.number for each in self.ended])
        first = None if best is None else kept_result(self.folder.of(best), self.what.ref)
        self.folder.write_tables(self.ended, self.what.metric, first, ())
        came = trial.reason or f"{self.what.metric.name} {trial.value:.4f}"
        logger.info(
            "trial %d of %d, %s: %s; %s",
            trial.number + 1,
            trials,
            trial.state,
            came,
            said(trial.settings),
        )
        _stop_if_hopeless(self.ended)

    def is_best(self, number: int, value: float) -> bool:
        """Whether a trial with a measure is the best of those that have ended: of equals the first.

        Args:
            number: of the trial.
            value: of the measure that decides.
        """
        best = self._best()
        if best is None or best.value is None or self.what.metric.is_better(value, best.value):
            return True
        return value == best.value and number < best.number

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
            if found is None or self.what.metric.is_better(trial.value, found.value or 0.0):
                found = trial
        return found

    def _is_over(self) -> bool:
        has_one = self._best() is not None
        return has_one and self._ends_at is not None and time.monotonic() > self._ends_at


def _stop_if_hopeless(trials: Sequence[Trial]) -> None:
    reasons = {trial.reason for trial in trials}
    if len(trials) >= _SAME and len(reasons) == 1 and all(t.state == "failed" for t in trials):
        raise TrainingError(f"the first {len(trials)} trials failed alike: {trials[0].reason}")
