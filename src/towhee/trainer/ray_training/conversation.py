"""The caller's side of work on a cluster: start it, read what it sends, and end it."""

from __future__ import annotations

import logging
import pickle
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from towhee.engine.ray.portable import joined_error
from towhee.engine.ray.records import tell
from towhee.errors import TowheeError, TrainingError, one_line
from towhee.trainer.ray_training.foreman import Foreman
from towhee.trainer.ray_training.mailbox import Mailbox

logger = logging.getLogger(__name__)

LOG, ERROR = "log", "error"
"""Letters that are read in one way, whatever is worked on."""

_LAST_S = 0.5
"""For how long letters are waited for once the work is over."""

_END_S = 20.0
"""For how long work that is done, or is to end, may take to end by itself."""

_WAITING_S = 60.0
"""After which the caller is told that nothing has begun yet."""


@dataclass(frozen=True, slots=True)
class Question:
    """A letter, and how it is answered.

    Attributes:
        kind: what it is.
        content: of it.
        number: of the question; ``None`` for a letter that wants no answer.
    """

    kind: str
    content: Any
    number: int | None


class Conversation:
    """Work on a cluster, and its letters.

    Ray's trainer or tuner runs in an actor beside the caller, so that its ways with signals and
    output stay out of the caller's process.

    Args:
        ray: the module, connected.
        work: a function that is given the mailbox, a folder and the arguments, runs the work on the
            cluster, and tells why it failed; ``""`` for not at all.
        arguments: of it.
    """

    def __init__(self, ray: Any, work: Any, *arguments: Any) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        self._ray = ray
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        self._storage = tempfile.TemporaryDirectory(prefix="towhee-run-")
        beside = {"num_cpus": 0, "scheduling_strategy": here}
        self.mailbox = ray.remote(**beside)(Mailbox).remote()
        self._foreman = ray.remote(**beside)(Foreman).remote()
        self._work = self._foreman.run.remote(work, self.mailbox, self._storage.name, *arguments)

    def letters(self) -> Iterator[Question]:
        """The letters as they come, until the work is over.

        Raises:
            TrainingError: if the work fails for a reason of the cluster's.
            Exception: what a worker raised, as it would have been raised here.
        """
        ray, is_told = self._ray, False
        taken = self.mailbox.take.remote()
        while True:
            timeout = None if is_told else _WAITING_S
            ready, _ = ray.wait([taken, self._work], num_returns=1, timeout=timeout)
            if not ready and not is_told:
                is_told = True
                logger.warning(
                    "no worker has begun yet: the cluster may have no room now. This waits for it"
                )
            elif taken in ready or (ready and ray.wait([taken], timeout=_LAST_S)[0]):
                is_told = True
                yield from map(self._read, ray.get(taken))
                taken = self.mailbox.take.remote()
            elif ready:
                self._check()
                return

    def answer(self, question: Question, content: Any = None) -> None:
        """Answer a letter that wants one."""
        if question.number is not None:
            self.mailbox.answer.remote(question.number, content)

    def close(self) -> None:
        """End the work, and everything that was started for it."""
        ray = self._ray
        if not ray.wait([self._work], timeout=0)[0]:
            self.mailbox.end.remote()
            ray.wait([self._work], timeout=_END_S)
        for actor in (self._foreman, self.mailbox):
            ray.kill(actor)
        self._storage.cleanup()

    def finished(self) -> None:
        """Wait until the work has ended by itself, which it does once all is done."""
        self._ray.wait([self._work], timeout=_END_S)

    def _read(self, letter: tuple[str, Any, int | None]) -> Question:
        question = Question(*letter)
        if question.kind == LOG:
            tell(question.content)
        elif question.kind == ERROR:
            raise _raised(question.content)
        return question

    def _check(self) -> None:
        try:
            why = self._ray.get(self._work)
        except self._ray.exceptions.RayError as error:
            raise TrainingError(f"the work on the cluster was lost: {one_line(error, 300)}") from (
                error
            )
        if why:
            raise TrainingError(why)


def _raised(content: bytes) -> BaseException:
    """What a worker raised; what is not of this library is named as what ended the training."""
    error = joined_error(pickle.loads(content))
    if isinstance(error, TowheeError) or not isinstance(error, Exception):
        return error
    wrapped = TrainingError(f"training on the cluster failed: {error!r}; the cause says where")
    wrapped.__cause__ = error
    return wrapped
