"""Run an application: in this process, or in several that share an address."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from towhee.errors import UsageError
from towhee.models.allocator import arenas_bounded
from towhee.models.machine import cores, use_cores
from towhee.serve.app import application
from towhee.serve.busy import Busy
from towhee.serve.guarded_protocol import GuardedProtocol
from towhee.serve.logs import start_logs
from towhee.serve.service import Service
from towhee.serve.tracing import start_tracing

_OBJECTS_BETWEEN_COLLECTIONS = 20_000
_ARENAS = 2  # one for the loop, and one for the models
_READY_SECONDS = 300  # in which a process has to load its models


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how a server listens.

    Attributes:
        host: the address of the interface.
        port: 0 for a free one.
        workers: processes; with several, one that ends is replaced, and SIGHUP replaces all, each
            when the new one is ready.
        drain: seconds after SIGTERM in which requests are still taken, while ``/readyz`` says that
            no more are wanted and every answer ends its connection.
        grace: seconds that requests have to end in after that.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    drain: float = 0.0
    grace: int = 30


@dataclass(frozen=True, slots=True)
class Starting:
    """Makes the application in each process; it can be pickled.

    Attributes:
        make: makes the service, with its models loaded.
        listening: how the server listens.
    """

    make: Callable[[], Service]
    listening: Listening

    def __call__(self) -> Busy:
        """The application."""
        start_logs()
        start_tracing()
        use_cores(max(1, cores() // self.listening.workers))
        arenas_bounded(max(_ARENAS, cores()))
        service = self.make()
        settle()
        app = application(service, on_start=lambda: drain_on_sigterm(service, self.listening))
        return Busy(app, service)


def settle() -> None:
    """Let the collector of garbage pass over all that is there now: it stays as long as the server.

    It would look through hundreds of thousands of objects of the models' libraries again and again,
    which takes as long as all else that a server does for a request. What requests leave behind is
    looked through once in a hundred of them, not after each third.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])


def run(make: Callable[[], Service], listening: Listening) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Args:
        make: makes the service; for several processes it can be pickled.
        listening: where and how.

    Raises:
        UsageError: if the address is taken.
    """
    config = uvicorn.Config(
        Starting(make, listening),
        factory=True,
        host=listening.host,
        port=listening.port,
        workers=listening.workers,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        http=GuardedProtocol,
        timeout_graceful_shutdown=listening.grace,
        timeout_worker_healthcheck=_READY_SECONDS,
    )
    start_logs()
    if listening.workers == 1:
        # uvicorn raises the signal again when all is answered, which then is no failure.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        config.load()  # the models: an error of theirs ends the command before anything listens
        uvicorn.Server(config).run([_bound(listening)])
        return
    with tempfile.TemporaryDirectory(prefix="towhee-serve-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # read where processes share measures
        Multiprocess(config, sockets=[_bound(listening)]).run()


def drain_on_sigterm(service: Service, listening: Listening) -> None:
    """Let the first SIGTERM say that no more requests are wanted, and take them for a while yet."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    ending = signal.getsignal(signal.SIGTERM)
    assert callable(ending)

    def drain(number: int, frame: Any) -> None:
        is_first, service.is_draining = not service.is_draining, True
        if is_first and listening.drain > 0:
            loop.call_soon_threadsafe(loop.call_later, listening.drain, ending, number, None)
        else:
            ending(number, frame)

    signal.signal(signal.SIGTERM, drain)


def free(listening: Listening) -> Listening:
    """The same, with a port that nothing listens at, for a server that binds it later.

    Raises:
        UsageError: if the address is taken.
    """
    with _bound(listening) as listener:
        return replace(listening, port=listener.getsockname()[1])


def _bound(listening: Listening) -> socket.socket:
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((listening.host, listening.port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"{listening.host}:{listening.port} cannot be listened at ({error.strerror}); choose "
            "another --host or --port"
        ) from error
    listener.set_inheritable(True)
    return listener
