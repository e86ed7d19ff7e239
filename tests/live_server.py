"""A real server in a thread of the tests, on a free port of 127.0.0.1."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from towhee.serve.app import application
from towhee.serve.busy import Busy
from towhee.serve.guarded_protocol import GuardedProtocol
from towhee.serve.service import Service


@contextlib.contextmanager
def running(app: ASGIApp, http: type[asyncio.Protocol] = GuardedProtocol) -> Iterator[str]:
    """The address of an application that is served until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    started = threading.Event()
    config = uvicorn.Config(
        app, http=http, log_config=None, lifespan="on", timeout_graceful_shutdown=10
    )
    server = _Server(config, started)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        assert started.wait(60)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(60)
        listener.close()


def whole(service: Service) -> Busy:
    """A service as ``towhee serve`` runs it."""
    return Busy(application(service), service)


class _Server(uvicorn.Server):
    """Says when it takes requests."""

    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._has_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._has_started.set()


def data_uri(content: bytes) -> str:
    """A file as a data URI."""
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
