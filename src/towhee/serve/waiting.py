"""Wait for what threads compute, as long as somebody is there to hear it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
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
    done = _all_of(futures)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({done, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if done.done():
            return
        if gone.done():
            raise Refusal(499, "the client has gone", kind="gone", closes=True)
        raise Refusal(
            503,
            f"there was no result within {seconds:g} s; try again later, or with fewer inputs",
            kind="timeout",
            retry_after=1,
        )
    finally:
        gone.cancel()
        for future in futures:
            future.cancel()


def _all_of(futures: Sequence[Future[Any]]) -> asyncio.Future[None]:
    """One future for all of them, so that the loop is woken once."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    lock = threading.Lock()
    left = len(futures)

    def finish() -> None:
        if not done.done():
            done.set_result(None)

    def count(_: Future[Any]) -> None:
        nonlocal left
        with lock:
            left -= 1
            is_last = left == 0
        if is_last and not loop.is_closed():
            loop.call_soon_threadsafe(finish)

    for future in futures:
        future.add_done_callback(count)
    if not futures:
        finish()
    return done


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
