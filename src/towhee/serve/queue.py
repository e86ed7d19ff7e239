"""The bounded queue in front of a model, from which batches are taken."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from towhee.serve.forming import BatchRules, Waiting, formed, window
from towhee.serve.refusals import Refusal

Look = Callable[[Any], tuple[Any, int]]


class Queue:
    """Inputs that wait for a model.

    Args:
        name: of the model, for messages.
        rules: the bounds of batches and of the queue.
        look: gives an input as the model takes it, and its length.
    """

    def __init__(self, name: str, rules: BatchRules, look: Look) -> None:
        self._name = name
        self._rules = rules
        self._waiting: deque[Waiting] = deque()
        self._look = look
        self._looking = threading.Lock()  # so that no two threads look at the same
        self._changed = threading.Condition()
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, inputs: Sequence[Waiting]) -> None:
        """Let all of the inputs wait, or none of them.

        Raises:
            Refusal: 503 if there is no room for them, or the queue is closed.
        """
        with self._changed:
            if self._is_closed:
                raise Refusal(503, f"{self._name} is being unloaded", retry_after=1)
            if len(self._waiting) + len(inputs) > self._rules.max_queue:
                self._waiting = deque(w for w in self._waiting if not w.future.cancelled())
            if len(self._waiting) + len(inputs) > self._rules.max_queue:
                raise Refusal(
                    503,
                    f"{self._name} has {len(self._waiting)} inputs waiting, and room for "
                    f"{self._rules.max_queue}; try again later",
                    kind="overloaded",
                    retry_after=1,
                )
            self._waiting.extend(inputs)
            self._changed.notify_all()

    def next_batch(self) -> list[Waiting] | None:
        """Wait for the next batch, which may be empty; ``None`` at the end of a closed queue."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if not self._waiting:
                return None
            until = self._waiting[0].since + self._rules.max_wait
            while (
                0 < len(self._waiting) < self._rules.max_batch
                and not self._is_closed
                and (left := until - time.perf_counter()) > 0
            ):
                self._changed.wait(left)
            first = window(self._waiting, self._rules)
        self._look_at(first)  # while others may be put
        with self._changed:
            return formed(self._waiting, self._rules)

    def _look_at(self, waiting: Sequence[Waiting]) -> None:
        with self._looking:
            for each in waiting:
                if each.length is None and not each.future.cancelled():
                    each.value, each.length = self._look(each.value)

    def close(self) -> None:
        """Take no more; what waits is still given out."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def abandon(self) -> list[Waiting]:
        """Close it, and hand back all that waits, as nobody is left to ask for it."""
        with self._changed:
            self._is_closed = True
            left = list(self._waiting)
            self._waiting.clear()
            return left
