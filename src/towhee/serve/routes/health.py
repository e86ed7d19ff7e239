"""``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from fastapi import FastAPI, params
from starlette.responses import PlainTextResponse, Response

from towhee.serve.answers import Answer
from towhee.serve.metrics import CONTENT_TYPE
from towhee.serve.routes.documented import errors
from towhee.serve.service import Service

TAGS: list[str | Enum] = ["health"]


def health(app: FastAPI, service: Service) -> None:
    """What an orchestrator asks; it needs no key."""

    @app.get(
        "/healthz",
        tags=TAGS,
        responses={503: {"description": "A thread that carries out batches has ended"}},
        summary="Whether the workers live",
    )
    async def healthz() -> Answer:
        alive = service.models.are_alive
        return Answer({"alive": alive}, 200 if alive else 503)

    @app.get(
        "/readyz",
        tags=TAGS,
        responses={503: {"description": "No model is loaded, or the server is about to end"}},
        summary="Whether requests are wanted",
    )
    async def readyz() -> Answer:
        ready = service.models.are_ready and not service.is_draining
        return Answer({"ready": ready}, 200 if ready else 503)


def measures(app: FastAPI, service: Service, needs: Sequence[params.Depends]) -> None:
    """What Prometheus reads."""

    @app.get(
        "/metrics",
        dependencies=needs,
        tags=TAGS,
        response_class=PlainTextResponse,
        responses=errors(),
        summary="Measures, as Prometheus reads them",
    )
    async def metrics() -> Response:
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)
