"""Answers as JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Set
from typing import Any

import numpy as np
import orjson
from starlette.responses import Response

from towhee.serve.refusals import Refusal
from towhee.types import Option


class Answer(Response):
    """JSON, in which arrays of NumPy are lists.

    A float32 is written with as many digits as tell it from its neighbours, so that whoever reads
    it as one has the same bits. What is not a number is ``null``.
    """

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes of a value."""
        return as_json(content)


def as_json(value: Any) -> bytes:
    """A value as JSON; what JSON has no form for, as text.

    Raises:
        Refusal: 422 for what cannot be written at all.
    """
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    try:
        return orjson.dumps(value, default=_plain, option=options)
    except orjson.JSONEncodeError as error:  # nested too deeply, or no Unicode text
        raise Refusal(422, f"the result has no form in JSON: {error}") from error


def refused(refusal: Refusal) -> Answer:
    """The answer that says why there is no result."""
    said = {name: _text(value) for name, value in refusal.body.items()}
    return Answer({"error": said}, refusal.status, refusal.headers)


def _text(value: str | None) -> str | None:
    """The same without halves of characters, which a client may have sent and no text may hold."""
    return None if value is None else value.encode("utf-8", "replace").decode()


# Any: a result is whatever an operator gives.
def _plain(value: Any) -> Any:
    """A value in a form that JSON has; called again for what is inside it."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()  # of a type or a layout that is not written as it is
    if isinstance(value, Option):
        return value.get_or_else(None)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set):
        return list(value)
    if isinstance(value, (int, float)):  # beyond 64 bits
        return str(value) if math.isfinite(value) else None
    return repr(value)
