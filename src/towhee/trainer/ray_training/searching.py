"""Where a search runs whose trials are on a Ray cluster, several at once, by Ray Tune."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from towhee.engine.operators import forget_models
from towhee.engine.ray.cluster import connected
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.hyperparameters.search import Begun as Trying
from towhee.trainer.hyperparameters.search import Search, Told
from towhee.trainer.hyperparameters.searched import Searched, searched
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.ray_training.carrying import FILE, GONE
from towhee.trainer.ray_training.conversation import Conversation, Question
from towhee.trainer.ray_training.foreman import LOST, NEXT, run_tuner
from towhee.trainer.ray_training.job import SearchJob, packed_job
from towhee.trainer.ray_training.placement import (
    Placement,
    check_room,
    config_there,
    workers_of_search,
)
from towhee.trainer.ray_training.received_folder import ReceivedFolder
from towhee.trainer.ray_training.trials import BEGIN, BEST, DONE, REACHED, Begun, Ended
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)


class OnCluster:
    """A cluster on which the trials of a search run.

    Args:
        placement: where, how many at once, and what each is given.
    """

    def __init__(self, placement: Placement) -> None:
        self._placement = placement

    def searched(
        self,
        ref: OperatorRef,
        config: TrainingConfig,
        data: TrainingData,
        space: Mapping[str, Any] | None,
    ) -> Searched:
        """What is tried with what the cluster's workers have: a GPU, if they are given one."""
        if not self._placement.num_gpus:
            return searched(ref, config, data, space)
        ray = connected(self._placement.cluster)
        there = workers_of_search(self._placement, ray)
        task = ray.remote(num_cpus=there.cpus, num_gpus=there.gpus)(searched)
        found: Searched = ray.get(task.remote(ref, config, data, space))
        return found

    def carry_out(self, search: Search, trials: int, told: Told) -> None:
        """Run trials until the search gives no more."""
        missing = trials - len(search.ended)
        if missing < 1:
            return
        ray = connected(self._placement.cluster)
        workers = workers_of_search(self._placement, ray)
        check_room(workers, ray)
        config_there(search.what.config, workers)
        folder = search.folder.of(0).parent
        job = SearchJob(search.what, workers, str(folder))
        packed = ray.put(packed_job(job))
        conversation = Conversation(ray, run_tuner, [packed], workers, os.getcwd(), missing)
        with contextlib.closing(conversation):
            answers = _Answers(search, trials, told, ReceivedFolder(folder, held=()))
            for question in conversation.letters():
                conversation.answer(question, answers.to(question))
        forget_models()


class _Answers:
    """What the caller answers while trials run.

    Args:
        search: gives what is tried, and is told what came of it.
        trials: how many there are to be.
        told: is told what is done next.
        received: where the folders of trials go.
    """

    def __init__(self, search: Search, trials: int, told: Told, received: ReceivedFolder) -> None:
        self._search, self._trials, self._told, self._received = search, trials, told, received
        self._running: dict[int, Trying] = {}
        self._numbers: dict[str, int] = {}
        self._told_of: dict[int, set[int]] = {}
        self._answers: dict[str, Callable[[Any], Any]] = {
            NEXT: self._next,
            BEGIN: self._begin,
            REACHED: self._reached,
            BEST: lambda question: search.is_best(*question),
            DONE: self._done,
            LOST: self._lost,
            FILE: received.take,
            GONE: received.remove,
        }

    def to(self, question: Question) -> Any:
        """The answer to a letter, of whatever kind it is."""
        answer = self._answers.get(question.kind)
        return None if answer is None else answer(question.content)

    def _next(self, name: str) -> int | None:
        begun = self._search.begin(self._trials, self._told)
        if begun is None:
            return None
        self._running[begun.number], self._numbers[name] = begun, begun.number
        return begun.number

    def _begin(self, number: int) -> Begun:
        ends_at = self._search.ends_at
        seconds = None if ends_at is None else ends_at - time.monotonic()
        return Begun(self._running[number].settings, seconds)

    def _reached(self, question: tuple[int, list[tuple[float, int]]]) -> bool:
        number, reports = question
        self._report(number, reports)
        return bool(self._running[number].asked.should_prune())

    def _report(self, number: int, reports: Sequence[tuple[float, int]]) -> None:
        """Tell Optuna, once of each part: a trial that was lost is tried anew."""
        told = self._told_of.setdefault(number, set())
        for value, part in reports:
            if part not in told:
                self._running[number].asked.report(value, part)
                told.add(part)

    def _done(self, content: bytes) -> None:
        ended: Ended = pickle.loads(content)
        if ended.trial.number in self._running:
            self._report(ended.trial.number, ended.reports)
        self._end(ended.trial)

    def _lost(self, name: str) -> None:
        begun = self._running.get(self._numbers[name])
        if begun is not None:
            seconds = time.perf_counter() - begun.at
            why = "the worker that ran it was lost, more than once"
            self._end(Trial(begun.number, "failed", begun.settings, None, {}, seconds, why))

    def _end(self, trial: Trial) -> None:
        if self._running.pop(trial.number, None) is not None:
            self._search.end(trial, self._trials)
