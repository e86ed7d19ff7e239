"""``POST /v1/embeddings``, as the OpenAI API has it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from fastapi import FastAPI, params
from pydantic import BaseModel, Field
from starlette.requests import Request

from towhee.models.vectors import unit_length
from towhee.serve.answers import Answer
from towhee.serve.refusals import Refusal
from towhee.serve.routes.direct import direct
from towhee.serve.routes.documented import OF_BODIES, errors, takes
from towhee.serve.sent import parsed
from towhee.serve.service import Service

EMBEDDINGS = "/v1/embeddings"
TAGS: list[str | Enum] = ["embeddings"]


class EmbeddingsRequest(BaseModel):
    """What to embed, and how to write the vectors."""

    model: str = Field(description="The name of a model, of those that GET /v1/models lists.")
    input: str | Annotated[list[str], Field(min_length=1)] = Field(
        description="A text, or several; for a model of images a data URI or an http(s) address."
    )
    encoding_format: Literal["float", "base64"] = Field(
        "float", description="base64: the bytes of little-endian float32."
    )
    dimensions: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="Only so many numbers of each vector, scaled to length 1.",
    )
    user: str | None = None


def embeddings(app: FastAPI, service: Service, needs: Sequence[params.Depends]) -> None:
    """The route."""

    async def embed(request: Request) -> Answer:
        return await embedded(service, request)

    app.router.add_api_route(
        EMBEDDINGS,
        embed,
        methods=["POST"],
        route_class_override=direct(service),
        dependencies=needs,
        tags=TAGS,
        openapi_extra=takes(EmbeddingsRequest),
        responses=errors(*OF_BODIES),
        summary="The vectors of texts or images",
    )


async def embedded(service: Service, request: Request) -> Answer:
    """The vectors of the inputs of a request."""
    async with service.bodies.read(request) as body:
        asked = parsed(body, EmbeddingsRequest)
        del body
        inputs = [asked.input] if isinstance(asked.input, str) else asked.input
        one = isinstance(asked.input, str)
        params = ["input"] if one else [f"input[{n}]" for n in range(len(inputs))]
        ran = await service.run(request, asked.model, inputs, params)
    name = ran.served.name
    for result in ran.results:
        if isinstance(result, Refusal):
            raise result
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": _written(_vector(result, name, asked), asked),
        }
        for index, result in enumerate(ran.results)
    ]
    return Answer(
        {
            "object": "list",
            "data": data,
            "model": name,
            "usage": {"prompt_tokens": ran.tokens, "total_tokens": ran.tokens},
        }
    )


def _vector(result: Any, model: str, asked: EmbeddingsRequest) -> npt.NDArray[np.float32]:
    if not isinstance(result, np.ndarray) or result.ndim != 1:
        raise Refusal(
            422, f"{model} gives no vectors; POST /v1/pipelines/{model} runs it", param="model"
        )
    vector = np.ascontiguousarray(result, np.float32)
    wanted = asked.dimensions
    if wanted is None or wanted == len(vector):
        return vector
    if wanted > len(vector):
        raise Refusal(
            422, f"the vectors of {model} have {len(vector)} dimensions", param="dimensions"
        )
    cut: npt.NDArray[np.float32] = unit_length(vector[None, :wanted].copy())[0]
    return cut


def _written(vector: npt.NDArray[np.float32], asked: EmbeddingsRequest) -> Any:
    if asked.encoding_format == "base64":
        return base64.b64encode(vector.astype("<f4", copy=False).tobytes()).decode()
    return vector
