"""The actor beside the caller that runs Ray's trainer or its tuner.

Ray's ways with signals and output stay out of the caller's process so.
"""

from __future__ import annotations

import _thread
import contextlib
import io
import logging
import os
import threading
import uuid
from collections.abc import Callable
from typing import Any

from towhee.errors import one_line
from towhee.trainer.ray_training.placement import Workers

_RESTARTS, _TRIAL_RESTARTS = 3, 1
"""How often a training, and a trial of a search, is begun anew whose workers were lost."""

NEXT, LOST = "next", "lost"
"""Questions of the tuner: the number of the next trial, and whether one that was lost is noted."""

_SETTINGS = {
    # Between two looks at the workers: training may be a matter of seconds.
    "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.5",
    # What a training prints is the caller's to see as it is.
    "RAY_TRAIN_ENABLE_PRINT_PATCH": "0",
    # Whose warning of a machine that is to be taken away nobody here listens to.
    "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",
    # Files for TensorBoard, CSV and JSON of what is told here already.
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
}


class Foreman:
    """Runs the work in the main thread of its process, where Ray listens to Ctrl-C."""

    def run(self, work: Callable[..., str], mailbox: Any, *arguments: Any) -> str:
        """Do the work; when the caller ends it, it is as if Ctrl-C had been pressed here.

        That is how the trainer and the tuner clear away what they hold in the cluster: if this
        actor were killed, the processors would stay with them as long as the caller lives.
        """
        os.environ.update(_SETTINGS)
        threading.Thread(target=_interrupt, args=(mailbox,), daemon=True).start()
        return work(mailbox, *arguments)


def _interrupt(mailbox: Any) -> None:
    import ray

    with contextlib.suppress(ray.exceptions.RayError):  # which is an end as well
        ray.get(mailbox.ended.remote())
    _thread.interrupt_main()


def run_trainer(
    mailbox: Any, storage: str, job: list[Any], workers: Workers, directory: str
) -> str:
    """Run the workers of a training until they have ended.

    Args:
        mailbox: for them.
        storage: a folder for Ray's own books.
        job: a reference to what they are told.
        workers: how many, and what each has.
        directory: where the caller's relative paths begin.

    Returns:
        Why they were given up; ``""`` if they were not.
    """
    from ray.train import (
        FailureConfig,
        LoggingConfig,
        RunConfig,
        ScalingConfig,
        TrainingFailedError,
    )

    from towhee.trainer.ray_training.backend import OwnGroups, Trainer

    given = {"mailbox": mailbox, "job": job, "workers": workers, "directory": directory}
    trainer = Trainer(
        _work,
        train_loop_config=given,
        torch_config=OwnGroups(),
        scaling_config=ScalingConfig(
            num_workers=workers.count,
            use_gpu=bool(workers.gpus),
            resources_per_worker=workers.resources(),
        ),
        run_config=RunConfig(  # type: ignore[call-arg]  # of the first version of Ray Train
            name=f"towhee-{uuid.uuid4().hex[:12]}",
            storage_path=storage,
            failure_config=FailureConfig(max_failures=_RESTARTS),
            logging_config=LoggingConfig(log_level="ERROR"),
        ),
    )
    try:
        trainer.fit()
    except TrainingFailedError as error:
        return _given_up(error)
    return ""


def run_tuner(
    mailbox: Any, storage: str, job: list[Any], workers: Workers, directory: str, trials: int
) -> str:
    """Run the trials of a search, as many at once as there are workers, until it gives no more.

    Args:
        mailbox: for trials, and for what they try.
        storage: a folder for Ray's own books.
        job: a reference to what they are told.
        workers: how many at once, and what each has.
        directory: where the caller's relative paths begin.
        trials: how many there are to be at most.

    Returns:
        Why they were given up; ``""`` if they were not.
    """
    import ray
    from ray import tune
    from ray.tune.search import Searcher

    given = {"mailbox": mailbox, "job": job, "workers": workers, "directory": directory}

    class Asking(Searcher):
        """What is tried next is the caller's to say, whose study it is."""

        def suggest(self, trial_id: str) -> Any:
            number = ray.get(mailbox.ask.remote(NEXT, trial_id))
            return self.FINISHED if number is None else {"number": number}

        def on_trial_complete(self, trial_id: str, result: Any = None, error: bool = False) -> None:
            if error:
                ray.get(mailbox.ask.remote(LOST, trial_id))

    def trial(config: dict[str, Any]) -> dict[str, float]:
        return _try({**given, **config})

    asked = {name.lower(): amount for name, amount in workers.resources().items()}
    tuner = tune.Tuner(
        tune.with_resources(trial, asked),
        tune_config=tune.TuneConfig(
            search_alg=Asking(),
            num_samples=trials,
            max_concurrent_trials=workers.count,
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(
            name=f"towhee-{uuid.uuid4().hex[:12]}",
            storage_path=storage,
            failure_config=tune.FailureConfig(max_failures=_TRIAL_RESTARTS),
            verbose=0,
        ),
    )
    logging.getLogger("ray.tune").setLevel(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()):  # of its own workings
        tuner.fit()
    return ""


def _given_up(error: Exception) -> str:
    """Why the workers of a training were given up, in few words of what Ray says in many."""
    failures = getattr(error, "worker_failures", None) or {0: error}
    rank, failure = next(iter(failures.items()))
    cause = getattr(failure, "health_check_failure", failure)
    why = f"{type(cause).__name__}: {one_line(cause, 120)}"
    return (
        f"the training was begun {_RESTARTS + 1} times, and each time a worker was lost, the last "
        f"time number {rank} ({why}): was it killed for want of memory? What was kept is here: go "
        "on with resume_from"
    )


# What these import takes seconds, and is for workers alone.


def _work(config: dict[str, Any]) -> None:
    from towhee.trainer.ray_training.worker import work

    work(config)


def _try(config: dict[str, Any]) -> dict[str, float]:
    from towhee.trainer.ray_training.trials import run_trial

    return run_trial(config)
