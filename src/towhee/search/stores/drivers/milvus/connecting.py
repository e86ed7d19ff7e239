"""From an address to a client of Milvus, and from the client's errors to towhee's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from towhee.errors import (
    MissingExtraError,
    StoreError,
    StoreUnavailableError,
    UnknownNameError,
    UsageError,
    one_line,
)
from towhee.search.stores.drivers.milvus.quiet import quiet_logger
from towhee.search.stores.uri import StoreUri

OPTIONS = ("user", "password", "token", "db_name", "consistency", "timeout")
CONSISTENCIES = ("Strong", "Session", "Bounded", "Eventually")

_PORT = 19530
_SECURE_PORT = 443
SECONDS_TO_CONNECT = 10.0
_SERVICE_OF_LITE = "milvus_lite.adapter.grpc.servicer"
_NOT_LOADED = 101  # of pkg/util/merr in Milvus: a server that was started again
_PASSING_CODES = frozenset({2, 8, _NOT_LOADED})  # it cannot be reached, and it has too much to do
_PASSING = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"})


def merged_options(uri: StoreUri, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of an address and those given besides, which win.

    Raises:
        UnknownNameError: for an option or a consistency that there is not.
        UsageError: for a timeout that is no number of seconds.
    """
    merged: dict[str, Any] = {**uri.options, **options}
    for name in merged:
        if name not in OPTIONS:
            raise UnknownNameError(
                "option of Milvus", name, OPTIONS, f"(it has {', '.join(OPTIONS)})"
            )
    consistency = merged.setdefault("consistency", "Strong")
    if consistency not in CONSISTENCIES:
        raise UnknownNameError(
            "consistency",
            str(consistency),
            CONSISTENCIES,
            f"(there are {', '.join(CONSISTENCIES)})",
        )
    timeout = merged.setdefault("timeout", None)
    if timeout is not None:
        merged["timeout"] = _seconds(timeout)
    return merged


def client_arguments(uri: StoreUri, options: Mapping[str, Any]) -> dict[str, Any]:
    """What ``pymilvus.MilvusClient`` is made with for a server.

    ``milvus://user:password@host:19530/database``; ``milvus+https`` is encrypted, as Zilliz Cloud
    asks for. Options win over parts of the address.

    Example:
        >>> uri = StoreUri.parse("milvus+https://me:secret@example.org/photos")
        >>> arguments = client_arguments(uri, merged_options(uri, {}))
        >>> arguments["uri"], arguments["user"], arguments["db_name"]
        ('https://example.org:443', 'me', 'photos')
    """
    if uri.transport not in (None, "http", "https"):
        raise UsageError(
            f"milvus:// and milvus+https:// are the ways to a server of Milvus, not {uri.scheme}://"
        )
    secure = uri.transport == "https"
    parts = urlsplit(uri.text)
    host = f"[{uri.host}]" if ":" in (uri.host or "") else uri.host
    port = uri.port or (_SECURE_PORT if secure else _PORT)
    return {
        "uri": f"{'https' if secure else 'http'}://{host}:{port}",
        "user": options.get("user") or unquote(parts.username or ""),
        "password": options.get("password") or unquote(parts.password or ""),
        "token": options.get("token") or "",
        "db_name": options.get("db_name") or unquote(parts.path.strip("/")),
        "timeout": options["timeout"] or SECONDS_TO_CONNECT,
        "dedicated": True,  # else close() leaves the channel open
    }


def connected_client(arguments: Mapping[str, Any], shown: str) -> Any:
    """A ``pymilvus.MilvusClient``.

    Raises:
        MissingExtraError: if pymilvus is not installed.
        StoreUnavailableError: if nothing answers there in time.
        StoreError: if it answers and refuses.
    """
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise MissingExtraError("the store Milvus", "milvus") from error
    with translated_errors(shown, "open a connection"):
        return MilvusClient(**arguments)


@contextmanager
def translated_errors(shown: str, aim: str) -> Iterator[None]:
    """Errors of pymilvus and gRPC within become ``StoreError``.

    Args:
        shown: the address, as messages show it.
        aim: what is being done, as in "write 3 rows".
    """
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        with quiet_logger("pymilvus.decorators"), quiet_logger(_SERVICE_OF_LITE):
            yield
    except MilvusException as error:
        name = getattr(error.code, "name", "")  # a code of gRPC, or a number
        passing = error.retriable or error.code in _PASSING_CODES
        raise _store_error(shown, aim, error.message, passing or name in _PASSING) from error
    except grpc.RpcError as error:
        code, details = error.code(), error.details()
        raise _store_error(shown, aim, f"{code.name}: {details}", code.name in _PASSING) from error


def _store_error(shown: str, aim: str, said: object, passing: bool) -> StoreError:
    text = one_line(said, 300)
    if passing:
        return StoreUnavailableError(
            f"Milvus at {shown} did not answer when asked to {aim} ({text}); see that it runs "
            "there and can be reached"
        )
    return StoreError(f"Milvus at {shown} refused to {aim}: {text}")


def _seconds(timeout: Any) -> float:
    try:
        seconds = float(timeout)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"timeout is a number of seconds above 0, not {timeout!r}")
    return seconds
