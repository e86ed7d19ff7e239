"""What Qdrant's client raises, as errors of a store."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from towhee.errors import StoreError, StoreUnavailableError, TowheeError, one_line

_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_FORBIDDEN = frozenset({401, 403})
_NO_ROOM = ("disk is full", "disk i/o error", "no space left", "file too large")


@contextlib.contextmanager
def as_store_errors(shown: str) -> Iterator[None]:
    """Raise what the client raises as errors of a store.

    Args:
        shown: the address, as messages show it.
    """
    import grpc
    from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
    from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

    try:
        yield
    except TowheeError:
        raise
    except (ResponseHandlingException, ResourceExhaustedResponse) as error:
        raise _unavailable(shown, error) from error
    except UnexpectedResponse as error:
        if error.status_code in _BUSY:
            raise _unavailable(shown, error) from error
        if error.status_code in _FORBIDDEN:
            raise StoreError(f"{shown} wants a key that may do this: give api_key=") from error
        raise _failed(shown, error) from error
    except grpc.RpcError as error:
        code = error.code() if isinstance(error, grpc.Call) else None
        if code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
            raise _unavailable(shown, error) from error
        raise _failed(shown, error) from error
    except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
        if any(words in str(error).lower() for words in _NO_ROOM):
            raise StoreError(
                f"{shown} has no room left: free some on its disk, and write again "
                f"({one_line(error)})"
            ) from error
        raise _failed(shown, error) from error


def _unavailable(shown: str, error: Exception) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"Qdrant at {shown} does not answer ({one_line(error)}); start it, or mend the address"
    )


def _failed(shown: str, error: Exception) -> StoreError:
    return StoreError(f"Qdrant at {shown} failed: {one_line(error)}")
