"""From what a client sends to what a pipeline takes; no text of a client ever becomes a path."""

from __future__ import annotations

import base64
import binascii
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_to_bytes

from towhee.errors import FetchError
from towhee.fetch import Content, FetchPolicy, read_bytes
from towhee.serve.refusals import Refusal
from towhee.serve.served import Input, Served

logger = logging.getLogger(__name__)

_DATA = re.compile(r"data:(?P<type>[^,]{0,200}?)(?P<base64>;base64)?,", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_DEEPEST = 16
_FETCHERS = 8


class Values:
    """Makes values of what clients send.

    Args:
        policy: what may be fetched for them.
    """

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self.fetchers = ThreadPoolExecutor(_FETCHERS, thread_name_prefix="towhee-fetch")

    def call(self, served: Served, given: Any, param: str) -> Any:
        """What a pipeline is called with for one input; where it takes several, a tuple.

        It may fetch, so it is called in a thread of ``fetchers`` where ``may_fetch`` says so.

        Args:
            served: the pipeline.
            given: what the client sent: a value of JSON, or bytes.
            param: what to call it in a message.

        Raises:
            Refusal: 422 for what is no such input.
        """
        if len(served.inputs) == 1:
            if isinstance(given, dict) and list(given) == [served.inputs[0].name]:
                given = given[served.inputs[0].name]
            return self._value(served.inputs[0], given, param)
        names = [each.name for each in served.inputs]
        if isinstance(given, dict):
            if set(given) != set(names):
                raise Refusal(422, f"an input has {', '.join(names)}", param=param)
            given = [given[name] for name in names]
        if not isinstance(given, (list, tuple)) or len(given) != len(names):
            raise Refusal(
                422,
                f"an input of {served.name} is an object or a list with {', '.join(names)}",
                param=param,
            )
        return tuple(
            self._value(each, value, f"{param}.{each.name}")
            for each, value in zip(served.inputs, given, strict=True)
        )

    def _value(self, wanted: Input, given: Any, param: str) -> Any:
        return self._content(given, param, 0) if wanted.is_file else given

    def _content(self, given: Any, param: str, depth: int) -> Any:
        """The same with each text in it as the content that it stands for."""
        if isinstance(given, (bytes, int, float)) or given is None:
            return given
        if isinstance(given, str):
            return self._bytes(given, param)
        if depth == _DEEPEST:
            raise Refusal(422, f"{param} is nested too deeply", param=param)
        if isinstance(given, dict):
            return {name: self._content(v, param, depth + 1) for name, v in given.items()}
        return [self._content(each, param, depth + 1) for each in given]

    def _bytes(self, text: str, param: str) -> bytes:
        found = _DATA.match(text)
        if found is not None:
            return _decoded(text[found.end() :], is_base64=bool(found["base64"]), param=param)
        if _ADDRESS.match(text):
            try:
                return Content(read_bytes(text, policy=self._policy), "the file at the address")
            except FetchError as error:
                logger.info("%s: %s", param, error)
                # Not why: it would tell names and addresses of the network inside.
                raise Refusal(
                    422,
                    f"{param}: the address is refused, does not answer, or has no such file",
                    kind="not_fetched",
                    param=param,
                ) from error
        raise Refusal(
            422,
            f"{param} is the content of a file: send it as a data URI "
            "(data:image/jpeg;base64,…), an http(s) address, or a file of a form",
            param=param,
        )


def may_fetch(given: Any, depth: int = 0) -> bool:
    """Whether something that a client sent may hold an address."""
    if isinstance(given, str):
        return _ADDRESS.match(given) is not None
    if depth == _DEEPEST:
        return False
    if isinstance(given, dict):
        given = list(given.values())
    return isinstance(given, (list, tuple)) and any(
        may_fetch(each, depth + 1) for each in given if isinstance(each, (list, tuple, dict, str))
    )


def _decoded(text: str, *, is_base64: bool, param: str) -> bytes:
    try:
        if is_base64:
            content = base64.b64decode(
                unquote_to_bytes(text) if "%" in text else text, validate=True
            )
        else:
            content = unquote_to_bytes(text)
    except (binascii.Error, ValueError) as error:
        raise Refusal(422, f"{param} is no valid base64: {error}", param=param) from None
    if not content:
        raise Refusal(422, f"{param} is empty (0 bytes)", param=param)
    return Content(content, "the file")
