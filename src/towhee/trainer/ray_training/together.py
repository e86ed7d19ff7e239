"""A course that the workers of a cluster fit together, each with its part of every batch."""

from __future__ import annotations

import contextlib
import os
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from towhee.trainer.fitting import WAIT_HOURS, fitted_here
from towhee.trainer.importing import import_lightning
from towhee.trainer.keeping import LAST_CHECKPOINT
from towhee.trainer.loop import Course, Outcome, Run
from towhee.trainer.ray_training.network import group, listening
from towhee.trainer.several_devices import packed_course
from towhee.trainer.sharing import Processes


@dataclass(frozen=True, slots=True)
class Given:
    """A course for the other workers.

    Attributes:
        course: a reference to it.
        checkpoint: a reference to that which it goes on from; ``None`` for none.
        at: where the first worker listens.
    """

    course: Any
    checkpoint: Any
    at: tuple[str, int]


class Leader:
    """Gives the courses of the first worker to the others, and fits with them.

    Args:
        ray: the module, connected.
        mailbox: through which they are given.
        attempt: tells these workers from those that were lost before.
        count: of workers.
    """

    def __init__(self, ray: Any, mailbox: Any, attempt: str, count: int) -> None:
        self._ray, self._mailbox, self._attempt, self._count = ray, mailbox, attempt, count
        self._number = 0

    def __call__(self, course: Course, run: Run, callbacks: Sequence[Any]) -> Outcome:
        """Fit a course with all workers; network and loss have the weights then."""
        ray = self._ray
        packed = ray.put(packed_course(course, run, callbacks))
        resumed = None if run.resume_from is None else ray.put(run.resume_from.read_bytes())
        with listening(ray.util.get_node_ip_address()) as listener:
            at = listener.getsockname()
            self._leave(Given([packed], [resumed], at))
            with group(0, self._count, at, listener, WAIT_HOURS):
                return fitted_here(course, run, callbacks, workers_of_ray)

    def end(self) -> None:
        """Tell the others that there is no course more."""
        self._leave(None)

    def _leave(self, given: Given | None) -> None:
        name = _name(self._attempt, self._number)
        self._ray.get(self._mailbox.leave.remote(name, given))
        self._number += 1


def follow(ray: Any, mailbox: Any, attempt: str, rank: int, count: int) -> None:
    """Fit the courses that the first worker gives, until there is none more.

    Args:
        ray: the module, connected.
        mailbox: through which they come.
        attempt: tells these workers from those that were lost before.
        rank: of this worker.
        count: of workers.
    """
    number = 0
    while (given := ray.get(mailbox.fetch.remote(_name(attempt, number)))) is not None:
        number += 1
        with (
            _received(ray, given) as (course, run, callbacks),
            group(rank, count, given.at, None, WAIT_HOURS),
        ):
            fitted_here(course, run, callbacks, workers_of_ray)


def _name(attempt: str, number: int) -> str:
    return f"course {number} of {attempt}"


@contextlib.contextmanager
def _received(ray: Any, given: Given) -> Iterator[tuple[Course, Run, Sequence[Any]]]:
    """A course with a folder of this worker's, in which nothing is looked for afterwards."""
    course, run, callbacks = pickle.loads(ray.get(given.course[0]))
    with tempfile.TemporaryDirectory(prefix="towhee-worker-") as name:
        if run.resume_from is not None:
            state = Path(name, LAST_CHECKPOINT)
            state.write_bytes(ray.get(given.checkpoint[0]))
            run = replace(run, resume_from=state)
        yield replace(course, folder=Path(name, "checkpoints")), run, callbacks


def workers_of_ray(run: Run) -> Processes:
    """What Lightning is told of the workers: Ray Train knows them."""
    import_lightning()
    import ray.train
    from ray.train.lightning import RayDDPStrategy, RayLightningEnvironment

    # By which Lightning knows that each worker has its process already.
    os.environ["LOCAL_RANK"] = str(ray.train.get_context().get_local_rank())
    return Processes(
        strategy=RayDDPStrategy(),  # type: ignore[no-untyped-call]
        environment=RayLightningEnvironment(),  # type: ignore[no-untyped-call]
        devices=1 if run.accelerator == "cpu" else "auto",
    )
