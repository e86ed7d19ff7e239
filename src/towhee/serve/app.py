"""From a service to an application that a server runs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI, Request, params
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from towhee.serve.answers import Answer, refused
from towhee.serve.recorder import Recorder, note_refusal
from towhee.serve.refusals import Refusal
from towhee.serve.routes.embeddings import embeddings
from towhee.serve.routes.explain import explain
from towhee.serve.routes.health import health, measures
from towhee.serve.routes.models import models
from towhee.serve.routes.page import browsers
from towhee.serve.routes.pipelines import one_pipeline, pipelines
from towhee.serve.routes.search import search
from towhee.serve.service import Service


def application(
    service: Service,
    *,
    on_start: Callable[[], None] = lambda: None,
    root: tuple[str, str] | None = None,
) -> FastAPI:
    """All routes of a service.

    Args:
        service: what they call; it is closed when the application ends.
        on_start: called in the server's main thread when it starts.
        root: the name of a model that has a route of its own too, and its path.
    """

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        on_start()
        yield
        service.is_draining = True
        await run_in_threadpool(service.close)

    app = FastAPI(
        title="towhee",
        version=version("towhee"),
        summary="Vectors of texts, images and more; what pipelines give; search.",
        lifespan=life,
        openapi_url=None,  # it needs a key, as the rest does
        docs_url=None,  # the pages that FastAPI makes load their parts from elsewhere
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False},  # the recorder's are of models too
    )
    app.add_middleware(Recorder, service=service)
    needs = admitted(service)
    for routes in (pipelines, embeddings, search, explain, models, measures):  # the busiest first
        routes(app, service, needs)
    health(app, service)
    if service.settings.has_page:
        browsers(app, service)
    if root is not None:
        one_pipeline(app, service, needs, *root)

    @app.get("/openapi.json", dependencies=needs, include_in_schema=False)
    async def openapi() -> Answer:
        return Answer(_document(app))

    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _of_starlette)
    app.add_exception_handler(RequestValidationError, _of_fastapi)
    return app


def add_route(app: FastAPI, service: Service, name: str, path: str) -> None:
    """Give an application of the user's a route to one model of a service."""
    one_pipeline(app, service, admitted(service), name, path)
    app.add_exception_handler(Refusal, _refused)
    own = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[Any]:
        async with own(app) as state:
            yield state
        await run_in_threadpool(service.close)

    app.router.lifespan_context = life


def admitted(service: Service) -> list[params.Depends]:
    """What routes depend on that need a key."""
    bearer = HTTPBearer(auto_error=False, description="An API key of the server's")

    async def admit(request: Request) -> None:
        service.admit(request)

    needs_key = [Depends(bearer)] if service.settings.keys else []
    return [Depends(admit), *needs_key]


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
    return app.openapi_schema


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    note_refusal(request.scope, error)
    return refused(error)


async def _of_starlette(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    refusal = Refusal(
        error.status_code, f"{request.method} {request.url.path[:200]}: {error.detail}"
    )
    answer = await _refused(request, refusal)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _of_fastapi(request: Request, error: Exception) -> Response:
    return await _refused(request, Refusal(422, "the parameters of this address are not valid"))
