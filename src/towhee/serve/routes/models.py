"""``GET /v1/models``, and loading and unloading them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from fastapi import FastAPI, params
from starlette.concurrency import run_in_threadpool

from towhee.serve.answers import Answer
from towhee.serve.models import Model
from towhee.serve.refusals import Refusal
from towhee.serve.routes.documented import errors
from towhee.serve.service import Service

TAGS: list[str | Enum] = ["models"]


def models(app: FastAPI, service: Service, needs: Sequence[params.Depends]) -> None:
    """The routes; those that change something only where the settings allow it."""

    @app.get(
        "/v1/models",
        dependencies=needs,
        tags=TAGS,
        responses=errors(),
        summary="The models that are served",
    )
    async def listed() -> Answer:
        found = [_described(model) for model in service.models.by_name.values()]
        return Answer({"object": "list", "data": found})

    @app.get(
        "/v1/models/{name:path}",
        dependencies=needs,
        tags=TAGS,
        responses=errors(404),
        summary="One model",
    )
    async def one(name: str) -> Answer:
        model = service.models.by_name.get(name)
        if model is None:
            raise Refusal(404, f"no model is called {name[:100]!r}", param="model")
        return Answer(_described(model))

    if service.settings.can_manage:

        @app.post(
            "/v1/models/{name:path}/load",
            dependencies=needs,
            tags=TAGS,
            responses=errors(404, 503),
            summary="Load it",
        )
        async def load(name: str) -> Answer:
            await run_in_threadpool(service.models.load, name)
            return Answer(_described(service.models.by_name[name]))

        @app.post(
            "/v1/models/{name:path}/unload",
            dependencies=needs,
            tags=TAGS,
            responses=errors(404, 503),
            summary="Unload it",
        )
        async def unload(name: str) -> Answer:
            await run_in_threadpool(service.models.unload, name)
            return Answer(_described(service.models.by_name[name]))


def _described(model: Model) -> dict[str, Any]:
    about = {"id": model.name, "object": "model", "created": model.created, "owned_by": "towhee"}
    served = model.served
    if served is None:
        return {**about, "loaded": False}
    return {
        **about,
        "loaded": True,
        "data": served.data,
        "dimension": served.dimension,
        "summary": served.summary,
        "inputs": [each.name for each in served.inputs],
        "explains": served.explains,
        "files": [each.name for each in served.inputs if each.is_file],
    }
