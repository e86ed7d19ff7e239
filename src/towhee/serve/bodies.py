"""The bodies of requests, read within limits of size, time and memory."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from towhee.serve.deadline import Deadline
from towhee.serve.refusals import Refusal


class Bodies:
    """Reads bodies, and knows how many bytes of them are held.

    Args:
        max_body: bytes of one.
        max_held: bytes of all that are held at one time.
        seconds: in which a client has to send one.
    """

    def __init__(self, max_body: int, max_held: int, seconds: float) -> None:
        self._max_body = max_body
        self._max_held = max_held
        self._seconds = seconds
        self._held = 0

    @contextlib.asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """The body of a request, held until the block ends.

        Raises:
            Refusal: 413 if it is too large, 408 if it comes too slowly, 503 if too much is held.
        """
        stated = request.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > self._max_body:
            raise self._too_large()
        body = bytearray()
        try:
            try:
                with Deadline(self._seconds):
                    async for part in request.stream():
                        body += part
                        self.hold(request, len(part), closes=True)
                        if len(body) > self._max_body:
                            raise self._too_large()
            except TimeoutError:
                raise Refusal(
                    408, f"the body did not come within {self._seconds:g} s", closes=True
                ) from None
            except ClientDisconnect:
                raise Refusal(400, "the client has gone", kind="gone", closes=True) from None
            yield bytes(body)
        finally:
            self._held -= getattr(request.state, "held", 0)

    def hold(self, request: Request, size: int, *, closes: bool = False) -> None:
        """Note that so many bytes more are held for a request until its body's block ends.

        Raises:
            Refusal: 503 if that is too much.
        """
        request.state.held = getattr(request.state, "held", 0) + size
        self._held += size
        if self._held > self._max_held:
            raise Refusal(
                503,
                "the server holds as much of requests as it may; try again later",
                kind="overloaded",
                retry_after=1,
                closes=closes,
            )

    def _too_large(self) -> Refusal:
        return Refusal(413, f"a request has at most {self._max_body:,} bytes of body", closes=True)
