"""uvicorn's protocol, which waits neither for ever nor without end for the head of a request."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class GuardedProtocol(HttpToolsProtocol):
    """Ends a connection whose client is slow to say what it wants, or says too much.

    Class attributes:
        head_seconds: from a connection, or the first byte of a request, to the end of its headers.
        head_bytes: of address and headers, about: reads are not split.
        first_seconds: that a connection without a request has when the server is about to end,
            because its first request may be on the way.
    """

    head_seconds: ClassVar[float] = 10.0
    head_bytes: ClassVar[int] = 64 * 1024
    first_seconds: ClassVar[float] = 1.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._expect_head()

    def on_message_begin(self) -> None:
        """Start to wait for the headers."""
        super().on_message_begin()
        self._forget_head()
        self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is there; how long the body may take is the application's to say."""
        self._forget_head()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        super().data_received(data)
        if self._head_timer is not None:
            self._head_read += len(data)
            if self._head_read > self.head_bytes:
                self._end_slow_head()

    def shutdown(self) -> None:
        """End the connection as soon as what it asked for is answered."""
        if self.cycle is None and self._head_timer is not None:
            self.loop.call_later(self.first_seconds, super().shutdown)
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._forget_head()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._head_read = 0
        self._head_timer: asyncio.TimerHandle | None = self.loop.call_later(
            self.head_seconds, self._end_slow_head
        )

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end_slow_head(self) -> None:
        self._forget_head()
        self.transport.close()
