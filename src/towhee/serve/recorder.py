"""Around every request: an id, a line of the log, a measure, a trace, and the answer to a fault."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from towhee.serve.answers import refused
from towhee.serve.refusals import Refusal, refusal_of_error
from towhee.serve.service import Service
from towhee.serve.tracing import span_of

logger = logging.getLogger("towhee.serve.requests")

_NUMBERS = random.Random()  # an id has to be another each time, not a secret
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Recorder:
    """The outermost layer of the application.

    Args:
        app: what answers.
        service: whose measures are kept.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        asked = Headers(scope=scope).get("x-request-id", "")
        request_id = asked if _ID.fullmatch(asked) else format(_NUMBERS.getrandbits(128), "032x")
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                if self._service.is_draining:
                    headers["Connection"] = "close"  # the next request goes to another server
            await send(message)

        with span_of(scope, request_id) as span:
            try:
                await self._app(scope, receive, sending)
            except Exception as error:
                logger.exception("request %s failed", request_id)
                state["error"] = "internal"
                if status:
                    raise
                await refused(refusal_of_error(error))(scope, receive, sending)
            finally:
                self._note(scope, state, status or 499, time.perf_counter() - started, span)

    def _note(
        self,
        scope: Scope,
        state: dict[str, Any],
        status: int,
        seconds: float,
        span: Callable[[str, Any], None],
    ) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._service.metrics.request(route, status, seconds)
        kind = state.get("error")
        if kind is not None:
            self._service.metrics.error(kind)
        about = {
            "request_id": state["request_id"],
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(1000 * seconds, 2),
            "client": (scope.get("client") or ("",))[0],
            "caller": state.get("caller"),
            "model": state.get("model"),
            "inputs": state.get("inputs"),
            "error": kind,
        }
        for name in ("status", "model", "inputs", "error"):
            if about[name] is not None:
                span(f"towhee.{name}", about[name])
        level = logging.ERROR if status == 500 else logging.INFO
        logger.log(level, "request", extra={"fields": about})


def note_refusal(scope: Scope, refusal: Refusal) -> None:
    """Tell the recorder why a request has no result."""
    scope.setdefault("state", {})["error"] = refusal.kind
