"""Optuna's study in a file, by which a search can be cut off and go on."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from towhee.trainer.hyperparameters.pruning import pruner_named
from towhee.trainer.hyperparameters.space import Choice, Range, Space
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.hyperparameters.usual_space import UsualSpace
from towhee.trainer.importing import import_optuna

JOURNAL = "trials.journal"
_NAME, _OURS, _ABOUT = "towhee", "towhee", "search"
_RANDOM_FIRST = 8
"""Trials at random before the model of the sampler is asked."""


class Study:
    """The trials of a search.

    What is tried next depends on the seed, the trial's number and the trials before, and on
    nothing else: so a search that was cut off goes on as one that was not.

    Args:
        folder: of the search.
        seed: the same seed gives the same trials.
        larger_is_better: whether the measure should rise.
        pruner: its name.
    """

    def __init__(self, folder: Path, seed: int, *, larger_is_better: bool, pruner: str) -> None:
        optuna = import_optuna()
        from optuna.storages.journal import JournalFileBackend

        self._optuna, self._seed = optuna, seed
        self._study = optuna.create_study(
            storage=optuna.storages.JournalStorage(JournalFileBackend(str(folder / JOURNAL))),
            study_name=_NAME,
            direction="maximize" if larger_is_better else "minimize",
            pruner=pruner_named(pruner),
            load_if_exists=True,
        )
        for each in self._study.get_trials(deepcopy=False):  # cut off; they begin anew
            if each.state == optuna.trial.TrialState.RUNNING:
                self._study.tell(each.number, state=optuna.trial.TrialState.FAIL)

    @property
    def about(self) -> Any:
        """What the search is of, ``None`` for a new one."""
        return self._study.user_attrs.get(_ABOUT)

    @about.setter
    def about(self, value: Any) -> None:
        self._study.set_user_attr(_ABOUT, value)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Those that have ended."""
        kept = [each.user_attrs.get(_OURS) for each in self._study.get_trials(deepcopy=False)]
        found = [Trial(**each) for each in kept if each is not None]
        return tuple(sorted(found, key=lambda trial: trial.number))

    def ask(
        self, space: Space | UsualSpace, number: int, *, is_alone: bool
    ) -> tuple[Any, dict[str, Any]]:
        """The next trial of Optuna, and the settings to try.

        Args:
            space: what is tried.
            number: of the trial among ours.
            is_alone: whether no other is running; those that do are kept away from.
        """
        drawn = np.random.SeedSequence([self._seed, number]).generate_state(1)
        self._study.sampler = self._optuna.samplers.TPESampler(
            seed=int(drawn[0]),
            n_startup_trials=_RANDOM_FIRST,
            multivariate=False,
            constant_liar=not is_alone,
        )
        if isinstance(space, UsualSpace):
            if number == 0:
                self._begin_with_usual(space)
            trial = self._study.ask()
            return trial, _suggested_of_methods(trial, space)
        trial = self._study.ask()
        return trial, {name: _suggested(trial, name, each) for name, each in space.items()}

    def tell(self, asked: Any, trial: Trial) -> None:
        """Keep what came of a trial."""
        state = self._optuna.trial.TrialState
        asked.set_user_attr(_OURS, json.loads(json.dumps(trial.to_dict(), default=str)))
        ends = {"complete": state.COMPLETE, "pruned": state.PRUNED, "failed": state.FAIL}
        value = trial.value if trial.state == "complete" else None
        self._study.tell(asked, value, state=ends[trial.state])

    def _begin_with_usual(self, space: UsualSpace) -> None:
        waiting = (self._optuna.trial.TrialState.WAITING,)
        if self._study.get_trials(deepcopy=False, states=waiting):
            return
        method = space.usual["method"]
        fixed: dict[str, Any] = {"method": method} if len(space.methods) > 1 else {}
        for name, each in space.of_method[method].items():
            value = space.usual[name]
            if each.holds(value) if isinstance(each, Range) else value in each.values:
                fixed[_parameter(name, method, space)] = value
        self._study.enqueue_trial(fixed)


def _suggested_of_methods(trial: Any, space: UsualSpace) -> dict[str, Any]:
    """A method, and values for what is open with it."""
    method = space.methods[0]
    found: dict[str, Any] = {}
    if len(space.methods) > 1:
        method = found["method"] = trial.suggest_categorical("method", space.methods)
    for name, each in space.of_method[method].items():
        found[name] = _suggested(trial, _parameter(name, method, space), each)
    return found


def _parameter(name: str, method: str, space: UsualSpace) -> str:
    """What Optuna calls a setting: those whose range differs by the method are told apart."""
    return name if name in space.shared or len(space.methods) == 1 else f"{name} of {method}"


def _suggested(trial: Any, name: str, values: Choice | Range) -> Any:
    if isinstance(values, Choice):
        # Optuna keeps texts and numbers; a mapping goes by its place among the values.
        is_plain = all(isinstance(each, str | int | float | None) for each in values.values)
        if is_plain:
            return trial.suggest_categorical(name, values.values)
        return values.values[trial.suggest_categorical(name, range(len(values.values)))]
    if values.whole:
        return trial.suggest_int(name, int(values.low), int(values.high), log=values.log)
    return float(f"{trial.suggest_float(name, values.low, values.high, log=values.log):.6g}")


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Leave out what Optuna says of its own workings: ours are in the log."""
    shown = import_optuna().logging
    before = shown.get_verbosity()
    shown.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        shown.set_verbosity(before)


def said(settings: Mapping[str, Any]) -> str:
    """Settings on one line.

    Example:
        >>> said({"method": "partial", "lr": 0.00123456})
        'method=partial lr=0.001235'
    """
    return " ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in settings.items()
    )
