"""What passes between a training on a cluster and the process that asked for it.

Workers come and go, and the caller may be on a machine that nothing can connect to but the
cluster itself: so both talk to an actor of Ray between them.
"""

from __future__ import annotations

import asyncio
from typing import Any

_ROOM = 16
"""Letters that wait at most; whoever sends more waits, so a slow caller bounds the memory."""

Letter = tuple[str, Any, "int | None"]
"""What it is, its content, and the number of a question, which waits for an answer."""


class WorkEndedError(RuntimeError):
    """The caller has ended the work, and answers no more."""


class Mailbox:
    """Letters of workers, answers of the caller, and what one worker leaves for the others.

    Its methods are those of an asynchronous actor: a call that waits holds nothing up.
    """

    def __init__(self) -> None:
        self._letters: asyncio.Queue[Letter] = asyncio.Queue(_ROOM)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._asked = 0
        self._left: dict[str, Any] = {}
        self._is_left = asyncio.Condition()
        self._is_ended = asyncio.Event()

    async def send(self, kind: str, content: Any) -> None:
        """Put a letter behind the others; waits while there is no room."""
        if not self._is_ended.is_set():
            await self._letters.put((kind, content, None))

    async def ask(self, kind: str, content: Any) -> Any:
        """The caller's answer, which has read all earlier letters of the same worker by then.

        Raises:
            WorkEndedError: if there will be none.
        """
        self._check()
        self._asked += 1
        number = self._asked
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._letters.put((kind, content, number))
        return await answer

    async def take(self) -> list[Letter]:
        """The letters that are there, one at least."""
        found = [await self._letters.get()]
        while not self._letters.empty():
            found.append(self._letters.get_nowait())
        return found

    async def answer(self, number: int, content: Any) -> None:
        """The answer to a question, whether or not whoever asked is still there."""
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            waiting.set_result(content)

    async def leave(self, name: str, content: Any) -> None:
        """Leave something for other workers."""
        async with self._is_left:
            self._left[name] = content
            self._is_left.notify_all()

    async def fetch(self, name: str) -> Any:
        """What was left under a name, as soon as it is.

        Raises:
            WorkEndedError: if it will not be.
        """
        async with self._is_left:
            await self._is_left.wait_for(lambda: name in self._left or self._is_ended.is_set())
            self._check()
            return self._left[name]

    async def end(self) -> None:
        """Nobody is answered any more, and who waits is told so."""
        self._is_ended.set()
        for waiting in self._waiting.values():
            waiting.set_exception(WorkEndedError("the work was ended"))
        self._waiting.clear()
        while not self._letters.empty():  # who waits for room has it
            self._letters.get_nowait()
        async with self._is_left:
            self._is_left.notify_all()

    async def ended(self) -> None:
        """Wait until the caller ends the work."""
        await self._is_ended.wait()

    def _check(self) -> None:
        if self._is_ended.is_set():
            raise WorkEndedError("the work was ended")
