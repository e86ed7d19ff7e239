"""Which of the waiting inputs make the next batch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from towhee.errors import UsageError
from towhee.models.machine import cores

_WINDOW = 4  # so many batches' worth of the queue are looked at for inputs of like length


@dataclass(frozen=True, slots=True)
class BatchRules:
    """The bounds of batches and of the queue in front of them.

    Attributes:
        max_batch: inputs in a batch at most.
        max_tokens: what the inputs of a batch cost together at most, counted as their number
            times the length of the longest; for models that read texts. One input may be longer.
        max_wait: seconds that an input waits for others while the model has nothing to do.
        max_queue: inputs that may wait; further ones are refused.
        runs: batches under way at once: two where there are cores for it, so that one is decoded
            while another is in the model.

    Raises:
        UsageError: for a number that means nothing.
    """

    max_batch: int = 64
    max_tokens: int = 16384
    max_wait: float = 0.0
    max_queue: int = 1024
    runs: int = field(default_factory=lambda: min(2, cores()))

    def __post_init__(self) -> None:
        for name in ("max_batch", "max_tokens", "max_queue", "runs"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is at least 1, not {getattr(self, name)}")
        if not 0 <= self.max_wait < float("inf"):
            raise UsageError(f"max_wait is at least 0 seconds, not {self.max_wait}")


@dataclass(eq=False, slots=True)
class Waiting:
    """An input in the queue.

    Attributes:
        value: what the model is called with.
        length: in tokens, 0 where it does not matter; ``None`` until somebody has looked.
        future: of what becomes of it.
        since: when it came, by ``time.perf_counter``.
    """

    value: Any  # whatever the pipeline takes
    length: int | None = None
    future: Future[Any] = field(default_factory=Future)
    since: float = field(default_factory=time.perf_counter)


def window(queue: Iterable[Waiting], rules: BatchRules) -> list[Waiting]:
    """The first of the queue, among which inputs of like length are looked for."""
    return list(islice(queue, _WINDOW * rules.max_batch))


def formed(queue: deque[Waiting], rules: BatchRules) -> list[Waiting]:
    """The next batch, taken out of the queue; those whose client has gone are dropped.

    The one that waited longest is always in it, so none waits for ever; beside it are those
    nearest to it in length, as a batch costs what its longest input costs, times their number.
    Those whose length is not known yet stay for the next.
    """
    first = window(queue, rules)
    for _ in first:
        queue.popleft()
    first = [waiting for waiting in first if not waiting.future.cancelled()]
    ahead = [waiting for waiting in first if waiting.length is not None]
    nearest = ahead
    if any(waiting.length for waiting in ahead):
        oldest = _length(ahead[0])
        nearest = sorted(ahead, key=lambda waiting: abs(_length(waiting) - oldest))
    batch = nearest[: _fitting(nearest, rules)]
    chosen = set(map(id, batch))
    queue.extendleft(w for w in reversed(first) if id(w) not in chosen)
    return sorted(batch, key=_length)


def _length(waiting: Waiting) -> int:
    return waiting.length or 0


def _fitting(nearest: Sequence[Waiting], rules: BatchRules) -> int:
    """How many of them, the first at least, are within the bounds of a batch."""
    longest = 0
    for count, waiting in enumerate(nearest[: rules.max_batch]):
        longest = max(longest, _length(waiting))
        if count and longest * (count + 1) > rules.max_tokens:
            return count
    return min(len(nearest), rules.max_batch)
