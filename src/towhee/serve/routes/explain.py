"""``POST /v1/explain``: why two pictures match."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import PIL.Image
from fastapi import FastAPI, params
from pydantic import BaseModel, Field, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from towhee.errors import DataError, TowheeError
from towhee.serve.answers import Answer
from towhee.serve.explaining import SIDE
from towhee.serve.refusals import Refusal, refusal_of_error
from towhee.serve.routes.documented import OF_BODIES, errors, takes
from towhee.serve.searching import Collection
from towhee.serve.sent import parsed
from towhee.serve.served import Served
from towhee.serve.service import Service

TAGS: list[str | Enum] = ["search"]


class ExplainRequest(BaseModel):
    """Two pictures: an input or an entry, and the entry that was found for it."""

    found: str = Field(description="The key of an entry that is an image.")
    input: str | None = Field(None, description="A data URI or an http(s) address of an image.")
    key: str | None = Field(None, description="Of another entry, in place of an input.")
    collection: str | None = Field(
        None, description="Of those that GET /v1/collections lists; the first if not given."
    )

    @model_validator(mode="after")
    def _is_one_picture(self) -> ExplainRequest:
        if (self.input is None) == (self.key is None):
            raise ValueError("give an input or a key, one of them")
        return self


def explain(app: FastAPI, service: Service, needs: Sequence[params.Depends]) -> None:
    """The route."""

    @app.post(
        "/v1/explain",
        dependencies=needs,
        tags=TAGS,
        openapi_extra=takes(ExplainRequest),
        responses=errors(*OF_BODIES),
        summary="Which parts of two pictures make them match",
    )
    async def explained(request: Request) -> Answer:
        async with service.bodies.read(request) as body:
            asked = parsed(body, ExplainRequest)
            del body
            collection = service.collection(asked.collection)
            served = _explaining(service, collection)
            if asked.input is not None:
                (given,) = await service.received(request, served, [asked.input], ["input"])
                if isinstance(given, Refusal):
                    raise given
                one = await _picture(service, given, "input")
            else:
                one = await _entry(service, collection, asked.key, "key")
            other = await _entry(service, collection, asked.found, "found")
            try:
                why = await service.explaining.of(served, one, other, service.settings.timeout)
            except TowheeError as error:
                raise refusal_of_error(error) from error
        return Answer(why)


def _explaining(service: Service, collection: Collection) -> Served:
    """The pipeline that made a collection, if it can be explained.

    Raises:
        Refusal: 422 if it cannot, or pictures are not given out.
    """
    if not service.settings.shows_pictures:
        raise Refusal(422, "this server gives no pictures of entries", kind="no_pictures")
    if collection.model is None:
        raise Refusal(422, f"it is not known what made the vectors of {collection.name}")
    served, _ = service.models.loaded(collection.model)
    if not served.explains:
        raise Refusal(422, f"{served.name} cannot be explained: its model is none that torch runs")
    return served


# Any: what an input became, which is bytes where it is an image.
async def _picture(service: Service, source: Any, param: str) -> PIL.Image.Image:
    try:
        return await run_in_threadpool(service.pictures.image, source, SIDE)
    except DataError as error:
        raise Refusal(422, f"{param} is no image that can be read", param=param) from error


async def _entry(
    service: Service, collection: Collection, key: str | None, param: str
) -> PIL.Image.Image:
    """The picture of an entry, which has to be one: no other text of a client becomes a path.

    Raises:
        Refusal: 422 if it is none, or no image.
    """
    assert key is not None
    try:
        await run_in_threadpool(collection.searchable.vector, key)
    except TowheeError as error:
        raise refusal_of_error(error) from error
    return await _picture(service, key, param)
