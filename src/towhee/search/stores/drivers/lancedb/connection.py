"""Calls of LanceDB's asynchronous client from code that is not, and its errors as ours."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from towhee.errors import StoreError, StoreUnavailableError, TowheeError, one_line

T = TypeVar("T")

_CONFLICTS = ("conflict", "too many concurrent writers", "retry")
_NETWORK = ("error sending request", "connection refused", "timed out", "dns error")
_NO_ROOM = ("no space left", "file too large", "quota exceeded", "storage full")


class EventLoop:
    """A thread that runs coroutines for others.

    The asynchronous client takes queries as arrays, where the other one makes lists of them. A
    thread of its own is needed because a notebook's thread runs a loop already.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="towhee-lancedb", daemon=True
        )
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine.

        Raises:
            StoreError: in a process that was forked, where the thread is not.
        """
        if self._process != os.getpid():
            coroutine.close()
            raise StoreError(
                "the store was opened before this process was forked, and LanceDB's threads stayed "
                "behind: open it here, in a process that is spawned"
            )
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """End the thread."""
        if not self._loop.is_closed() and self._process == os.getpid():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


@contextlib.contextmanager
def as_store_errors(shown: str) -> Iterator[None]:
    """Raise what the client raises as errors of a store.

    Args:
        shown: the address, as messages show it.
    """
    try:
        yield
    except TowheeError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        said = str(error).lower()
        if any(words in said for words in _NO_ROOM):
            raise StoreError(
                f"{shown} has no room left: free some on its disk, and write again "
                f"({one_line(error)})"
            ) from error
        if any(words in said for words in _CONFLICTS):
            raise StoreUnavailableError(
                f"{shown} is being written by others: {one_line(error)}"
            ) from error
        if any(words in said for words in _NETWORK):
            raise StoreUnavailableError(f"{shown} does not answer: {one_line(error)}") from error
        raise StoreError(f"LanceDB in {shown} failed: {one_line(error)}") from error
