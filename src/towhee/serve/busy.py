"""The requests that come most, on a short way."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from towhee.serve.answers import refused
from towhee.serve.recorder import Recorder, note_refusal
from towhee.serve.refusals import Refusal
from towhee.serve.routes.embeddings import EMBEDDINGS, embedded
from towhee.serve.routes.pipelines import PIPELINES, answered
from towhee.serve.service import Service


class Busy:
    """Answers embeddings and calls of pipelines itself, and passes all else to the application.

    The layers and the routing of FastAPI take as long for such a request as all else that the
    server does for it beside the model (0.2 ms). The endpoints are the application's own, and so
    are the names under which requests are measured.

    Args:
        app: all routes of the service.
        service: what they call.
    """

    def __init__(self, app: FastAPI, service: Service) -> None:
        self._app = app
        self._service = service
        self._recorded = Recorder(self._answer, service)
        routes = [route for route in app.routes if isinstance(route, APIRoute)]
        (self._embeddings,) = (route for route in routes if route.path == EMBEDDINGS)
        (self._pipelines,) = (route for route in routes if route.path.startswith(PIPELINES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass it on."""
        if scope["type"] == "http" and scope["method"] == "POST":
            route = self._route(scope["path"])
            if route is not None:
                scope["route"] = route  # by which requests are measured
                await self._recorded(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _route(self, path: str) -> APIRoute | None:
        if path == EMBEDDINGS:
            return self._embeddings
        return self._pipelines if path.startswith(PIPELINES) and path != PIPELINES else None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            self._service.admit(request)
            if scope["route"] is self._embeddings:
                answer = await embedded(self._service, request)
            else:
                name = scope["path"].removeprefix(PIPELINES)
                answer = await answered(self._service, request, name)
        except Refusal as refusal:
            note_refusal(scope, refusal)
            answer = refused(refusal)
        await answer(scope, receive, send)
