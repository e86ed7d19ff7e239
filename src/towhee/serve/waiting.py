"""Wait for what threads compute, as long as somebody is there to hear it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from starlette.requests import Request

from towhee.serve.refusals import Refusal


async def finished(futures: Sequence[Future[Any]], request: Request, seconds: float) -> None:
    """Return when all are done; if that fails, those that have not begun leave the queue.

    Args:
        futures: of a lane.
        request: whose client waits for them, and has sent all of its body.
        seconds: in which they have to be done.

    Raises:
        Refusal: 503 if they are not done in time, 499 if the client has gone.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[str] = loop.create_future()

    def end(how: str) -> None:
        if not ended.done():
            ended.set_result(how)

    _when_all_are_done(futures, loop, lambda: end("done"))
    gone = loop.create_task(_gone(request))
    gone.add_done_callback(lambda _: end("gone"))
    timer = loop.call_later(seconds, end, "late")
    try:
        how = await ended
        if how == "gone":
            raise Refusal(499, "the client has gone", kind="gone", closes=True)
        if how == "late":
            raise Refusal(
                503,
                f"there was no result within {seconds:g} s; try again later, or with fewer inputs",
                kind="timeout",
                retry_after=1,
            )
    finally:
        timer.cancel()
        gone.cancel()
        for future in futures:
            future.cancel()


def _when_all_are_done(
    futures: Sequence[Future[Any]], loop: asyncio.AbstractEventLoop, then: Callable[[], None]
) -> None:
    """Call a function in the loop when all are done, so that it is woken once."""
    lock = threading.Lock()
    left = len(futures)

    def count(_: Future[Any]) -> None:
        nonlocal left
        with lock:
            left -= 1
            is_last = left == 0
        if is_last and not loop.is_closed():
            loop.call_soon_threadsafe(then)

    for future in futures:
        future.add_done_callback(count)
    if not futures:
        then()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
