"""What the OpenAPI document says of routes whose bodies are read within limits."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": "string"},
            },
        }
    },
}
_SAID = {
    400: "The request cannot be read",
    401: "No API key, or an unknown one",
    404: "There is no such model",
    408: "The body came too slowly",
    413: "The body, or the number of inputs, is too large",
    415: "The body is of another type",
    422: "An input cannot be used",
    429: "Too many requests",
    503: "Too much waits, or the model is not loaded; try again after Retry-After seconds",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a route other than 200."""
    content = {"application/json": {"schema": _ERROR}}
    return {
        status: {"description": _SAID[status], "content": content}
        for status in (401, 429, *statuses)
    }


OF_BODIES = (400, 404, 408, 413, 422, 503)
"""The refusals of a route that reads a body and runs a model."""


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """A route whose body is JSON in the form of a model."""
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": model.model_json_schema()}},
        }
    }


def takes_inputs() -> dict[str, Any]:
    """A route whose body is one input or more, in any form."""
    file = {"type": "string", "format": "binary", "minLength": 1}
    anything: dict[str, Any] = {}
    of_json = {
        "oneOf": [
            {"type": "object", "required": ["input"], "properties": {"input": anything}},
            {
                "type": "object",
                "required": ["inputs"],
                "properties": {"inputs": {"type": "array", "items": anything}},
            },
        ]
    }
    of_form = {
        "type": "object",
        "required": ["input"],
        "properties": {"input": {"type": "array", "items": file, "minItems": 1}},
    }
    content = {
        "application/json": {"schema": of_json},
        "multipart/form-data": {"schema": of_form},
        "application/octet-stream": {"schema": file},
        "text/plain": {"schema": {"type": "string"}},
    }
    return {"requestBody": {"required": True, "content": content}}
