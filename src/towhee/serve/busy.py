"""The requests that come most, on a short way."""

from __future__ import annotations

from collections.abc import Awaitable

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
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
    server does for it beside the model. The endpoints are the application's own, and so are the
    names under which requests are measured.

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
        if scope["type"] == "http" and scope["method"] == "POST" and self._knows(scope):
            await self._recorded(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if path == EMBEDDINGS:
            scope["route"] = self._embeddings
        elif path.startswith(PIPELINES) and path != PIPELINES:
            scope["route"] = self._pipelines
        return "route" in scope

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            self._service.admit(request)
            answer = await self._endpoint(request)
        except Refusal as refusal:
            note_refusal(scope, refusal)
            answer = refused(refusal)
        await answer(scope, receive, send)

    def _endpoint(self, request: Request) -> Awaitable[Response]:
        if request.scope["route"] is self._embeddings:
            return embedded(self._service, request)
        return answered(self._service, request, request.scope["path"].removeprefix(PIPELINES))
