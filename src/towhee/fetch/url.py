"""Fetch an address that somebody else may have written, without being made their errand boy.

Every hop is checked: the scheme, the name, and every IP address that the name stands for. The
connection goes to the address that was checked, so a name that answers differently the next
time (DNS rebinding) gains nothing. Proxies of the environment are not used, for the same reason.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from urllib.parse import urljoin

import urllib3

from towhee.errors import FetchError
from towhee.fetch.addresses import why_not_public
from towhee.fetch.body import read_body, too_large
from towhee.fetch.connection import request, seconds_left
from towhee.fetch.location import Location, parse_location
from towhee.fetch.policy import DEFAULT, ENVIRONMENT, FetchPolicy

Resolve = Callable[[str, int], Sequence[str]]
"""From a host's name and port to all its IP addresses, the preferred one first."""

_REDIRECTS = (301, 302, 303, 307, 308)


def resolve_host(host: str, port: int) -> Sequence[str]:
    """All IP addresses of a name, as the system's resolver has them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch_url(
    url: str,
    *,
    policy: FetchPolicy = DEFAULT,
    resolve: Resolve = resolve_host,
    context: ssl.SSLContext | None = None,
) -> bytes:
    """The content behind an http or https address.

    Args:
        url: the address.
        policy: limits, and private hosts that are allowed.
        resolve: how names become IP addresses. The system's resolver has time limits of its
            own; the policy's is looked at again as soon as it answers.
        context: how certificates are verified, from ``tls_context``.

    Raises:
        FetchError: if it is refused, does not answer, or goes beyond a limit.
    """
    deadline = time.monotonic() + policy.timeout_seconds
    location = parse_location(url)
    try:
        for _ in range(policy.max_redirects + 1):
            answer = _fetch_one(location, policy, resolve, deadline, context)
            if isinstance(answer, bytes):
                return answer
            location = answer
    except urllib3.exceptions.NewConnectionError as error:  # to urllib3, one of the time-outs
        raise _unreachable(location, error) from error
    except (TimeoutError, urllib3.exceptions.TimeoutError) as error:
        raise FetchError(
            f"{location.shown} was not complete after {policy.timeout_seconds:g} seconds; try "
            "again, or raise timeout_seconds of the FetchPolicy"
        ) from error
    except ssl.SSLError as error:
        raise _tls_failure(location, error) from error
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        if isinstance(error.__cause__, ssl.SSLError):
            raise _tls_failure(location, error.__cause__) from error
        raise _unreachable(location, error) from error
    raise FetchError(
        f"{parse_location(url).shown} redirects more than {policy.max_redirects} times; give the "
        "address that it leads to"
    )


def _fetch_one(
    location: Location,
    policy: FetchPolicy,
    resolve: Resolve,
    deadline: float,
    context: ssl.SSLContext | None,
) -> bytes | Location:
    """The content, or the place that the server redirects to."""
    addresses = _checked_addresses(location, policy, resolve)
    connection, response = _first_answer(location, addresses, deadline, context)
    try:
        if response.status in _REDIRECTS:
            return _redirect(location, response.headers.get("Location"))
        if response.status != HTTPStatus.OK:
            reason = f" {response.reason}" if response.reason else ""
            raise FetchError(
                f"{location.shown} answered {response.status}{reason[:80]}; check that the address "
                "is right and needs no sign-in"
            )
        if (response.length_remaining or 0) > policy.max_bytes:
            raise FetchError(f"{location.shown} {too_large(policy.max_bytes)}")
        return read_body(
            response,
            encoding=response.headers.get("Content-Encoding", ""),
            limit=policy.max_bytes,
            shown=location.shown,
        )
    finally:
        response.close()
        connection.close()


def _checked_addresses(location: Location, policy: FetchPolicy, resolve: Resolve) -> Sequence[str]:
    """The host's IP addresses, all of which may be called."""
    allowed = policy.allows(location.host, location.port)
    entry = f"{location.host}:{location.port}"
    permission = f"if you trust it, add {entry!r} to allow_hosts or to {ENVIRONMENT}"
    if location.port < 1024 and location.port not in (80, 443) and not allowed:
        raise FetchError(
            f"{location.shown} is refused: port {location.port} belongs to another service than "
            f"the web; {permission}"
        )
    if location.is_ip_address:
        addresses: Sequence[str] = (location.host,)
    else:
        try:
            addresses = resolve(location.host, location.port)
        except (OSError, UnicodeError) as error:
            raise FetchError(
                f"{location.shown} cannot be found: {location.host} has no address "
                f"({_reason(error)}); check its spelling and the network"
            ) from error
    if not addresses:
        raise FetchError(
            f"{location.shown} cannot be found: {location.host} has no address; check its spelling"
        )
    if allowed:
        return addresses
    for address in addresses:
        why = why_not_public(address)
        if why is not None:
            raise FetchError(
                f"{location.shown} is refused: {location.host} is at {address}, which is {why}, "
                f"not public; {permission}"
            )
    return addresses


def _first_answer(
    location: Location,
    addresses: Sequence[str],
    deadline: float,
    context: ssl.SSLContext | None,
) -> tuple[urllib3.connection.HTTPConnection, urllib3.BaseHTTPResponse]:
    """The response of the first address that takes a connection; each gets its share of time."""
    for position, address in enumerate(addresses, 1):
        share = (seconds_left(deadline) or 0) / (len(addresses) - position + 1)
        try:
            return request(location, address, deadline, connect_seconds=share, context=context)
        except (
            urllib3.exceptions.NewConnectionError,
            urllib3.exceptions.ConnectTimeoutError,
        ):
            if position == len(addresses):
                raise
    raise AssertionError("a checked host has an address")


def _redirect(location: Location, target: str | None) -> Location:
    if not target:
        raise FetchError(f"{location.shown} redirects to nowhere; check the address")
    # http.client reads headers as latin-1, servers write them as UTF-8
    target = target.encode("latin-1", "replace").decode("utf-8", "replace")
    base = f"{location.scheme}://{location.authority}{location.target}"
    try:
        joined = urljoin(base, target)
    except ValueError as error:
        raise FetchError(
            f"{location.shown} redirects to no valid address ({error}); give the final address"
        ) from error
    following = parse_location(joined)
    if location.scheme == "https" and following.scheme == "http":
        raise FetchError(
            f"{location.shown} redirects to {following.shown}, from https to plain http; give "
            "that address if you trust it"
        )
    return following


def _unreachable(location: Location, error: Exception) -> FetchError:
    return FetchError(
        f"{location.shown} could not be fetched ({_reason(error)}); check the address and the "
        "network, or try again"
    )


def _tls_failure(location: Location, error: ssl.SSLError) -> FetchError:
    why = getattr(error, "verify_message", "") or error.reason or str(error)
    return FetchError(
        f"{location.shown} is refused: no secure connection to {location.host} ({why}); check the "
        "host's certificate, or name yours in SSL_CERT_FILE"
    )


def _reason(error: BaseException) -> str:
    """The system's own words for a failure, on one line, without urllib3's objects around them."""
    if isinstance(error.__cause__, OSError) and error.__cause__.strerror:
        return error.__cause__.strerror
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    if isinstance(error, urllib3.exceptions.ProtocolError) and error.args:
        words = error.args[0]  # the rest repeats it
    return " ".join(str(words).split())[:200]
