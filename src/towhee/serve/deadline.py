"""``Deadline``: so long may a block take."""

from __future__ import annotations

import asyncio
import sys
from types import TracebackType
from typing import Any


class Deadline:
    """A block that is cancelled when its time is over, and raises ``TimeoutError`` then.

    It costs a timer. ``asyncio.timeout`` is the same from Python 3.11 on; the scope of anyio, which
    does more, takes a twentieth of a millisecond, which every request would pay.

    Args:
        seconds: that the block may take.

    Example:
        >>> async def slow():
        ...     with Deadline(0.01):
        ...         await asyncio.sleep(60)
        >>> asyncio.run(slow())
        Traceback (most recent call last):
        TimeoutError
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_over = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "a deadline is of a task"
        self._task: asyncio.Task[Any] = task
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._end)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if not self._is_over:
            return
        if sys.version_info >= (3, 11):
            self._task.uncancel()
        if kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _end(self) -> None:
        self._is_over = True
        self._task.cancel()
