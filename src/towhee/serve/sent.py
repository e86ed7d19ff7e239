"""What a request holds, whatever form it was sent in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from towhee.serve.refusals import Refusal

M = TypeVar("M", bound=BaseModel)

_FILES = ("image/", "audio/", "video/", "application/octet-stream")
_MOST_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a call.

    Attributes:
        values: of JSON, or bytes.
        is_single: whether one result is asked for, and not a list of them.
    """

    values: list[Any]
    is_single: bool

    @property
    def params(self) -> list[str]:
        """What to call each in a message."""
        return ["input"] if self.is_single else [f"inputs[{n}]" for n in range(len(self.values))]


def parsed(body: bytes, model: type[M]) -> M:
    """A body of JSON in the form that a route takes.

    Raises:
        Refusal: 400 for what is no JSON, 422 for other fields or types.
    """
    try:
        return model.model_validate(_json(body))
    except ValidationError as error:
        said = error.errors(include_url=False, include_context=False, include_input=False)
        # Of a value of several types, the fault within the right one tells more.
        first = min(said, key=lambda each: each["type"].endswith("_type"))
        place = "body"
        if first["loc"]:
            name, *inner = first["loc"]
            place = f"{name}" + "".join(f"[{n}]" for n in inner if isinstance(n, int))
        raise Refusal(422, f"{place}: {first['msg']}", param=place) from None


async def inputs_of(request: Request, body: bytes) -> Inputs:
    """The inputs of a request to a pipeline: JSON, a form with files, a file, or a text.

    Raises:
        Refusal: 400, 415 or 422 for what is none of them.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _of_form(request, body)
    if kind.startswith(_FILES):
        if not body:
            raise Refusal(422, "the body is empty (0 bytes)", param="input")
        return Inputs([body], is_single=True)
    if kind == "text/plain":
        try:
            return Inputs([body.decode("utf-8")], is_single=True)
        except UnicodeDecodeError as error:
            raise Refusal(400, f"the text is not UTF-8: {error}") from None
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refusal(
            415,
            f"send application/json, multipart/form-data, text/plain or a file, not {kind[:60]!r}",
        )
    given = _json(body)
    if not isinstance(given, Mapping) or ("input" in given) == ("inputs" in given):
        raise Refusal(422, 'the body is {"input": …}, or {"inputs": […]} for several')
    if "input" in given:
        return Inputs([given["input"]], is_single=True)
    if not isinstance(given["inputs"], list):
        raise Refusal(422, "inputs is a list", param="inputs")
    return Inputs(given["inputs"], is_single=False)


async def _of_form(request: Request, body: bytes) -> Inputs:
    """Parts that are called ``input``, or one part for each input of a pipeline of several."""

    async def parts() -> Any:  # an asynchronous generator, of which starlette's type says less
        yield body

    try:
        parser = MultiPartParser(
            Headers(raw=request.headers.raw),
            parts(),
            max_files=_MOST_PARTS,
            max_fields=_MOST_PARTS,
            max_part_size=max(1, len(body)),
        )
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise Refusal(400, f"the form cannot be read: {error}") from None
    try:
        found: dict[str, list[Any]] = {}
        for name, part in form.multi_items():
            value = await part.read() if isinstance(part, UploadFile) else part
            if value in (b"", ""):
                raise Refusal(422, f"{name} is empty (0 bytes)", param=name)
            found.setdefault(name, []).append(value)
    finally:
        await form.close()
    if set(found) == {"input"}:
        values = found["input"]
        return Inputs(values, is_single=len(values) == 1)
    if found and all(len(values) == 1 for values in found.values()):
        return Inputs([{name: values[0] for name, values in found.items()}], is_single=True)
    raise Refusal(422, "a form has one part or more that are called input", param="input")


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"the body is no JSON: {error}") from None
