"""A worker of a search on a cluster: one trial after another, as Ray Tune gives them."""

from __future__ import annotations

import pickle
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from towhee.engine.ray.pickling import pickled
from towhee.engine.ray.portable import portable_error
from towhee.trainer.hyperparameters.study import quiet_optuna
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.hyperparameters.trying import tried
from towhee.trainer.ray_training.carrying import Carrier
from towhee.trainer.ray_training.conversation import ERROR
from towhee.trainer.ray_training.job import SearchJob, enter
from towhee.trainer.ray_training.naming import Naming
from towhee.trainer.ray_training.telling import telling
from towhee.trainer.ray_training.worker import device_changes
from towhee.trainer.remembered import Memory, remembering
from towhee.trainer.result import TrainingResult

BEGIN, BEST, REACHED, DONE = "begin trial", "is best", "reached", "done trial"
"""Questions of a trial: its settings, whether its measure is the best, whether to go on, and
whether what came of it has arrived."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a trial begins with.

    Attributes:
        settings: to try.
        seconds: for which it may go on; ``None`` for as long as it takes.
    """

    settings: dict[str, Any]
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a trial ends with.

    Attributes:
        trial: what came of it.
        is_sent: whether its folder has arrived: that of the best so far has.
        reports: how far it had come at the last parts of its length, which nobody has asked for.
    """

    trial: Trial
    is_sent: bool
    reports: list[tuple[float, int]]


class _Asked:
    """A trial of Optuna, which the caller has."""

    def __init__(self, ray: Any, mailbox: Any, number: int) -> None:
        self._ray, self._mailbox, self._number = ray, mailbox, number
        self.reports: list[tuple[float, int]] = []

    def report(self, value: float, step: int) -> None:
        """Note how far the trial has come."""
        self.reports.append((value, step))

    def should_prune(self) -> bool:
        """Whether others had come farther by then."""
        reports, self.reports = self.reports, []
        question = (self._number, reports)
        return bool(self._ray.get(self._mailbox.ask.remote(REACHED, question)))


def run_trial(config: dict[str, Any]) -> dict[str, float]:
    """Try some settings, and send what came of it.

    Args:
        config: the ``number`` of the trial, the ``mailbox``, a reference to the ``job`` in a list,
            ``directory`` and ``workers``.

    Returns:
        The measure, for Ray's own books.
    """
    import ray

    mailbox, number = config["mailbox"], config["number"]
    own = Path.cwd().resolve()
    try:
        enter(config["directory"], config["workers"])
        kept = _kept(ray, config["job"][0], own)
        job = kept.job
        begun: Begun = ray.get(mailbox.ask.remote(BEGIN, number))
        with tempfile.TemporaryDirectory(dir=kept.folder, prefix="towhee-trial-") as root:
            folder = Path(root, str(number))
            naming = Naming(folder, f"{job.folder}/{number}")
            with (
                quiet_optuna(),
                telling(mailbox, naming, job.level),
                remembering(folder, known=kept.memory),
            ):
                ended = _tried(ray, mailbox, job, number, begun, folder)
            if ended.is_sent:
                Carrier(ray, mailbox, folder, naming, f"{number}/").send_rest()
            told = replace(ended.trial, reason=naming.told(ended.trial.reason))
            ended = replace(ended, trial=told)
        ray.get(mailbox.ask.remote(DONE, pickled(ended)))
    except Exception as error:
        ray.get(mailbox.send.remote(ERROR, pickled(portable_error(error))))
        raise
    return {"value": float("nan") if ended.trial.value is None else ended.trial.value}


def _tried(
    ray: Any, mailbox: Any, job: SearchJob, number: int, begun: Begun, folder: Path
) -> Ended:
    is_best: bool | None = None  # not asked yet

    def is_shown(result: TrainingResult) -> bool:
        nonlocal is_best
        is_best = is_the_best(float(result.metrics[result.metric]))
        return is_best

    def is_the_best(value: float) -> bool:
        return bool(ray.get(mailbox.ask.remote(BEST, (number, value))))

    asked = _Asked(ray, mailbox, number)
    what = replace(job.what, config=job.what.config.replace(**device_changes(job.workers)))
    trial = tried(
        what,
        number,
        asked,
        begun.settings,
        folder,
        ends_at=None if begun.seconds is None else time.monotonic() + begun.seconds,
        is_shown=is_shown,
    )
    if is_best is None and trial.value is not None:  # of pairs every training has its report
        is_best = is_the_best(trial.value)
    return Ended(trial, trial.state == "complete" and bool(is_best), asked.reports)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a process keeps from one trial of a search to the next.

    Attributes:
        job: of the search.
        folder: for the folders of trials, which Ray removes with its session.
        memory: of what the untouched model gave.
    """

    job: SearchJob
    folder: Path
    memory: Memory


_searches: dict[str, _Kept] = {}


def _kept(ray: Any, reference: Any, own: Path) -> _Kept:
    """What is kept of a search, of which a process has one at a time."""
    name = reference.hex()
    if name not in _searches:
        _searches.clear()
        job: SearchJob = pickle.loads(ray.get(reference))
        with remembering(own) as memory:
            _searches[name] = _Kept(job, own, memory)
    return _searches[name]
