"""``POST /v1/search``: the nearest neighbours of an input or a vector."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any

import numpy as np
from fastapi import FastAPI, params
from pydantic import BaseModel, Field, FiniteFloat, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from towhee.errors import TowheeError
from towhee.serve.answers import Answer
from towhee.serve.refusals import Refusal, refusal_of_error
from towhee.serve.routes.documented import OF_BODIES, errors, takes
from towhee.serve.sent import parsed
from towhee.serve.service import Service
from towhee.types import SearchResult

TAGS: list[str | Enum] = ["search"]


class SearchRequest(BaseModel):
    """What to look for: an input that the model embeds, or a vector."""

    input: str | None = Field(
        None, description="A text; for a model of images a data URI or an http(s) address."
    )
    vector: Annotated[list[FiniteFloat], Field(min_length=1)] | None = None
    topk: int = Field(5, ge=1, le=1_000_000, description="How many neighbours.")
    filter: str | None = Field(
        None, description="Only rows for which it holds, such as 'year > 2000'."
    )
    model: str | None = Field(
        None, description="The model that embeds the input; the collection's own if not given."
    )

    @model_validator(mode="after")
    def _is_one_query(self) -> SearchRequest:
        if (self.input is None) == (self.vector is None):
            raise ValueError("give an input or a vector, one of them")
        return self


def search(app: FastAPI, service: Service, needs: Sequence[params.Depends]) -> None:
    """The route."""

    @app.post(
        "/v1/search",
        dependencies=needs,
        tags=TAGS,
        openapi_extra=takes(SearchRequest),
        responses=errors(*OF_BODIES),
        summary="The nearest neighbours in the collection",
    )
    async def find(request: Request) -> Answer:
        async with service.bodies.read(request) as body:
            asked = parsed(body, SearchRequest)
            del body
            if service.search is None:
                raise Refusal(404, "this server has no collection to search", kind="no_collection")
            if asked.topk > service.settings.max_topk:
                raise Refusal(422, f"topk is at most {service.settings.max_topk}", param="topk")
            searchable, model = service.search
            query: Any
            if asked.vector is not None:
                with np.errstate(over="ignore"):  # what becomes infinite is refused
                    query = np.asarray(asked.vector, np.float32)
            else:
                name = asked.model or model
                if name is None:
                    raise Refusal(422, "name the model that embeds the input", param="model")
                _, (query,), _ = await service.run(request, name, [asked.input], ["input"])
                if isinstance(query, Refusal):
                    raise query
        try:
            found = await run_in_threadpool(
                lambda: searchable.nearest(np.stack([query]), asked.topk, asked.filter)
            )
        except TowheeError as error:
            raise refusal_of_error(error) from error
        return Answer({"results": _neighbours(found[0])})


def _neighbours(found: SearchResult) -> list[dict[str, Any]]:
    payload = found.payload or [{}] * len(found)
    return [
        {"key": key, "score": score, "payload": kept}
        for key, score, kept in zip(found.keys, found.scores, payload, strict=True)
    ]
