"""``Replica``: one process of a service on a cluster, with the whole application in it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from towhee.models.machine import use_cores
from towhee.serve.app import application
from towhee.serve.logs import start_logs
from towhee.serve.server import settle
from towhee.serve.service import Service
from towhee.serve.tracing import start_tracing


class Replica:
    """The application of ``towhee serve``, as Ray Serve runs it.

    Args:
        make: makes the service, with its models loaded.
        cores: processors that it may keep busy.
    """

    def __init__(self, make: Callable[[], Service], cores: int) -> None:
        start_logs()
        start_tracing()
        use_cores(cores)
        self._service = make()
        settle()

    def __serve_build_asgi_app__(self) -> FastAPI:
        """What Ray Serve hands requests to; it closes the service when it ends."""
        return application(self._service)

    def check_health(self) -> None:
        """What Ray Serve asks; a replica that raises is replaced.

        Raises:
            RuntimeError: if a thread that carries out batches has ended.
        """
        if not self._service.models.are_alive:
            raise RuntimeError("a thread that carries out batches has ended")
