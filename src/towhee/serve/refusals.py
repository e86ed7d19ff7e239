"""Answers other than 200, and which error of the library becomes which of them."""

from __future__ import annotations

from typing import Any

from towhee.errors import DataError, FetchError, StoreUnavailableError, UsageError
from towhee.types import Failure

_KINDS = {
    400: "invalid_request",
    401: "authentication",
    404: "not_found",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "unusable_input",
    429: "rate_limited",
    500: "internal",
    503: "unavailable",
}
_OF_INPUTS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)


class Refusal(Exception):
    """An answer that is no result.

    Attributes:
        status: of HTTP.
        message: what happened, and what to do.
        kind: one word for programs, and for the count of errors.
        param: which part of the request it is about.
        retry_after: seconds after which to try again.
        closes: whether the connection ends with it, as its request was not read to the end.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str | None = None,
        param: str | None = None,
        retry_after: int | None = None,
        closes: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind or _KINDS.get(status, "error")
        self.param = param
        self.retry_after = retry_after
        self.closes = closes

    @property
    def body(self) -> dict[str, Any]:
        """As the OpenAI API says what is wrong."""
        return {
            "message": self.message,
            "type": "server_error" if self.status >= 500 else "invalid_request_error",
            "param": self.param,
            "code": self.kind,
        }

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it."""
        found = {}
        if self.status == 401:
            found["WWW-Authenticate"] = "Bearer"
        if self.retry_after is not None:
            found["Retry-After"] = str(self.retry_after)
        if self.closes:
            found["Connection"] = "close"
        return found


def refusal_of(failure: Failure, param: str = "input") -> Refusal:
    """What a client is told of an input that failed.

    What the library says of the input is passed on, but not what others raised: that goes to the
    log, as it may tell of the inside.
    """
    cause = failure.error
    if isinstance(cause, FetchError) or not isinstance(cause, (DataError, UsageError)):
        what = f"{failure.operator} could not use this input ({type(cause).__name__})"
    else:
        what = str(cause)
    if isinstance(cause, MemoryError):
        return Refusal(503, what, kind="out_of_memory", param=param, retry_after=5)
    if isinstance(cause, StoreUnavailableError):
        return Refusal(503, what, param=param, retry_after=5)
    if isinstance(cause, _OF_INPUTS):
        return Refusal(422, what, param=param)
    return Refusal(500, what, param=param)


def refusal_of_error(error: Exception) -> Refusal:
    """What a client is told of an exception that no input is to blame for by itself."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, (UsageError, DataError)):
        return Refusal(422, str(error))
    if isinstance(error, StoreUnavailableError):
        return Refusal(503, "the store does not answer", retry_after=5)
    return Refusal(500, "the server failed on this request; its log says why")
