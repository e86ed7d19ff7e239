"""``POST /v1/pipelines/{name}``: what any pipeline gives."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from fastapi import FastAPI, params
from starlette.requests import Request

from towhee.serve.answers import Answer
from towhee.serve.refusals import Refusal
from towhee.serve.routes.direct import direct
from towhee.serve.routes.documented import OF_BODIES, errors, takes_inputs
from towhee.serve.sent import inputs_of
from towhee.serve.service import Service

_RESPONSES = errors(*OF_BODIES, 415)

PIPELINES = "/v1/pipelines/"
TAGS: list[str | Enum] = ["pipelines"]


def pipelines(app: FastAPI, service: Service, needs: Sequence[params.Depends]) -> None:
    """The route to each pipeline by its name."""

    async def call(request: Request, name: str) -> Answer:
        return await answered(service, request, name)

    app.router.add_api_route(
        PIPELINES + "{name:path}",
        call,
        methods=["POST"],
        route_class_override=direct(service),
        dependencies=needs,
        tags=TAGS,
        openapi_extra=takes_inputs(),
        responses=_RESPONSES,
        summary="What a pipeline gives",
    )


def one_pipeline(
    app: FastAPI, service: Service, needs: Sequence[params.Depends], name: str, path: str
) -> None:
    """The route to one pipeline at a path of the user's choice."""

    async def call(request: Request) -> Answer:
        return await answered(service, request, name)

    app.router.add_api_route(
        path,
        call,
        methods=["POST"],
        route_class_override=direct(service),
        dependencies=needs,
        tags=TAGS,
        openapi_extra=takes_inputs(),
        responses=_RESPONSES,
        summary=f"What {name} gives",
    )


async def answered(service: Service, request: Request, name: str) -> Answer:
    """What a pipeline gives for the inputs of a request.

    Of several inputs each has its result or its error; that of a single one is the answer's.
    """
    async with service.bodies.read(request) as body:
        inputs = await inputs_of(request, body)
        del body
        ran = await service.run(request, name, inputs.values, inputs.params)
    if inputs.is_single:
        (result,) = ran.results
        if isinstance(result, Refusal):
            raise result
        return Answer({"model": name, "result": result})
    return Answer({"model": name, "results": [*map(_outcome, ran.results)]})


def _outcome(result: Any) -> dict[str, Any]:
    return {"error": result.body} if isinstance(result, Refusal) else {"result": result}
