"""The threads that carry out the batches of one model."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from towhee.serve.forming import BatchRules, Waiting
from towhee.serve.queue import Look, Queue

logger = logging.getLogger(__name__)

_CLOSING_SECONDS = 60

Work = Callable[[Sequence[Any]], Sequence[Any]]
"""The result of each input of a batch, in order."""


class Watch(Protocol):
    """Is told what a lane does."""

    def began(self, waited: Sequence[float]) -> None:
        """A batch began, whose inputs waited so many seconds."""

    def ended(self, inputs: int, seconds: float) -> None:
        """A batch of so many inputs took so many seconds."""


class Lane:
    """Gathers single inputs into batches.

    A batch is formed when a thread is free to carry it out, from what waits at that time: under
    load batches grow by themselves, and an input that comes alone waits for nothing.

    Args:
        name: of the model, for messages.
        work: gives the result of each input of a batch.
        rules: the bounds of batches and of the queue.
        watch: is told what is done.
        look: gives an input as the work takes it, and its length where that matters.
    """

    def __init__(
        self,
        name: str,
        work: Work,
        rules: BatchRules,
        watch: Watch,
        look: Look = lambda value: (value, 0),
    ) -> None:
        self.name = name
        self._work = work
        self._watch = watch
        self._queue = Queue(name, rules, look)
        self._ended = 0  # threads that an exception ended which is none of the work's
        self._ending = threading.Lock()
        self._threads = [
            threading.Thread(target=self._live, name=f"towhee-serve-{name}-{n}", daemon=True)
            for n in range(rules.runs)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether all of its threads live."""
        return not self._ended and all(thread.is_alive() for thread in self._threads)

    @property
    def queued(self) -> int:
        """How many inputs wait."""
        return len(self._queue)

    def submit(self, values: Sequence[Any]) -> list[Waiting]:
        """Put inputs into the queue, all of them or none; one whose future is cancelled leaves it.

        Raises:
            Refusal: 503 if there is no room for them, or the lane is closed.
        """
        waiting = [*map(Waiting, values)]
        self._queue.put(waiting)
        return waiting

    def close(self) -> None:
        """Take no more, finish what waits, and end the threads; one that is stuck is left."""
        self._queue.close()
        for thread in self._threads:
            thread.join(_CLOSING_SECONDS)

    def _live(self) -> None:
        batch: list[Waiting] | None = []
        try:
            while (batch := self._queue.next_batch()) is not None:
                self._carry_out(batch)
        except BaseException as error:
            self._end_by(error, batch or [])
            raise

    def _carry_out(self, batch: list[Waiting]) -> None:
        batch = [each for each in batch if each.future.set_running_or_notify_cancel()]
        if not batch:
            return
        started = time.perf_counter()
        self._watch.began([started - each.since for each in batch])
        try:
            results = self._work([each.value for each in batch])
            answered = list(zip(batch, results, strict=True))
        except Exception as error:
            logger.exception("%s failed on a batch of %d", self.name, len(batch))
            for each in batch:
                each.future.set_exception(error)
        else:
            for each, result in answered:
                each.future.set_result(result)
        finally:
            self._watch.ended(len(batch), time.perf_counter() - started)

    def _end_by(self, error: BaseException, batch: list[Waiting]) -> None:
        """Leave nobody waiting for this thread, which ends, nor for the last one."""
        with self._ending:
            self._ended += 1  # before anyone hears of it, and asks
            is_last = self._ended == len(self._threads)
        left = self._queue.abandon() if is_last else []
        for each in [*batch, *left]:
            if not each.future.done():
                each.future.set_exception(RuntimeError(f"{self.name} has stopped: {error!r}"))
