"""The threads of a run: no more of them work at one time than there are cores."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from towhee.operators.base import Streams


@dataclass(frozen=True, slots=True)
class Crew:
    """Threads that carry out the tasks of a stage.

    Attributes:
        executor: takes the tasks.
        workers: how many of the stage's tasks can run at once.
    """

    executor: Executor
    workers: int


class Threads:
    """Gives each stage of a run its threads.

    Where a call of a model keeps one core busy, reading and models share one thread a core:
    whichever has work gets the core, and none waits for another. A model that spreads over all
    cores itself has a thread of its own, and leaves half the cores to reading. One on a GPU has
    threads of its own beside those that read on all cores.

    Args:
        cores: how many processors the run may use.
        models: how the models of the run are called.
        resources: closes the threads when the run ends.
    """

    def __init__(
        self, cores: int, models: Sequence[Streams], resources: contextlib.ExitStack
    ) -> None:
        self._cores = cores
        self._resources = resources
        self._shared: Executor | None = None
        self._halved = any(model.threads is None or model.threads > 1 for model in models)

    def reading(self, asked: int | None) -> Crew:
        """Threads for reading and decoding, as many as the user asked for, or as fit."""
        if asked is not None:
            return Crew(self._own(asked, "reader"), asked)
        workers = max(1, self._cores // 2) if self._halved else self._cores
        return Crew(self._for_all(), workers)

    def model(self, streams: Streams) -> Crew:
        """Threads for the calls of a model."""
        if streams.threads == 1:
            return Crew(self._for_all(), streams.parallel)
        return Crew(self._own(streams.parallel, "model"), streams.parallel)

    def _for_all(self) -> Executor:
        if self._shared is None:
            workers = max(1, self._cores // 2) if self._halved else self._cores
            self._shared = self._own(workers, "worker")
        return self._shared

    def _own(self, workers: int, name: str) -> Executor:
        return self._resources.enter_context(_threads(workers, name))


@contextlib.contextmanager
def _threads(workers: int, name: str) -> Iterator[Executor]:
    executor = ThreadPoolExecutor(workers, thread_name_prefix=f"towhee-{name}")
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
