"""``POST /v1/search``: the nearest neighbours of an input, a vector or an entry."""

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
from towhee.serve.searching import Collection
from towhee.serve.sent import parsed
from towhee.serve.service import Service
from towhee.types import SearchResult

MOST_PICTURES = 100

TAGS: list[str | Enum] = ["search"]


class SearchRequest(BaseModel):
    """What to look for: an input that the model embeds, a vector, or what is like an entry."""

    input: str | None = Field(
        None, description="A text; for a model of images a data URI or an http(s) address."
    )
    vector: Annotated[list[FiniteFloat], Field(min_length=1)] | None = None
    key: str | Annotated[int, Field(strict=True)] | None = Field(
        None, description="Of an entry of the collection, whose neighbours are wanted."
    )
    topk: int = Field(5, ge=1, le=1_000_000, description="How many neighbours.")
    filter: str | None = Field(
        None, description="Only rows for which it holds, such as 'year > 2000'."
    )
    model: str | None = Field(
        None, description="The model that embeds the input; the collection's own if not given."
    )
    collection: str | None = Field(
        None, description="Of those that GET /v1/collections lists; the first if not given."
    )
    pictures: bool = Field(
        False,
        description="Whether neighbours whose keys are files or addresses of images come with a "
        f"small picture, as a data URI; for a topk of at most {MOST_PICTURES}.",
    )

    @model_validator(mode="after")
    def _is_one_query(self) -> SearchRequest:
        if sum(each is not None for each in (self.input, self.vector, self.key)) != 1:
            raise ValueError("give an input, a vector or a key, one of them")
        return self


def search(app: FastAPI, service: Service, needs: Sequence[params.Depends]) -> None:
    """The routes."""

    @app.get(
        "/v1/collections",
        dependencies=needs,
        tags=TAGS,
        responses=errors(),
        summary="Where can be searched",
    )
    async def listed() -> Answer:
        found = [
            {"id": each.name, "model": each.model, "metric": each.searchable.metric}
            for each in service.collections.values()
        ]
        return Answer({"object": "list", "data": found})

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
            collection = service.collection(asked.collection)
            _check(asked, service)
            query = await _query(service, request, asked, collection)
        searchable = collection.searchable
        try:
            found = await run_in_threadpool(
                lambda: searchable.nearest(np.stack([query]), asked.topk, asked.filter)
            )
        except TowheeError as error:
            raise refusal_of_error(error) from error
        neighbours = _neighbours(found[0])
        if asked.pictures and service.settings.shows_pictures:
            pictures = await service.pictures.of(found[0].keys, service.settings.timeout)
            for neighbour, picture in zip(neighbours, pictures, strict=True):
                neighbour["picture"] = picture
        return Answer({"results": neighbours})


def _check(asked: SearchRequest, service: Service) -> None:
    if asked.topk > service.settings.max_topk:
        raise Refusal(422, f"topk is at most {service.settings.max_topk}", param="topk")
    if asked.pictures and asked.topk > MOST_PICTURES:
        raise Refusal(422, f"topk is at most {MOST_PICTURES} with pictures", param="topk")


async def _query(
    service: Service, request: Request, asked: SearchRequest, collection: Collection
) -> Any:
    """The vector whose neighbours are wanted."""
    if asked.vector is not None:
        with np.errstate(over="ignore"):  # what becomes infinite is refused
            return np.asarray(asked.vector, np.float32)
    if (key := asked.key) is not None:
        try:
            return await run_in_threadpool(lambda: collection.searchable.vector(key))
        except TowheeError as error:
            raise refusal_of_error(error) from error
    name = asked.model or collection.model
    if name is None:
        raise Refusal(422, "name the model that embeds the input", param="model")
    (query,) = (await service.run(request, name, [asked.input], ["input"])).results
    if isinstance(query, Refusal):
        raise query
    return query


def _neighbours(found: SearchResult) -> list[dict[str, Any]]:
    payload = found.payload or [{}] * len(found)
    return [
        {"key": key, "score": score, "payload": kept}
        for key, score, kept in zip(found.keys, found.scores, payload, strict=True)
    ]
