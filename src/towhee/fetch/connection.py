"""A connection to an address that has been checked, cut when its time is over.

The host's name is not looked up again: the socket is opened to the IP address, while the
``Host`` header, SNI and the certificate's verification go by the name, as urllib3's "Custom
SNI hostname" describes (https://urllib3.readthedocs.io/en/stable/advanced-usage.html).
"""

from __future__ import annotations

import functools
import math
import socket
import ssl
import time
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from towhee.fetch.location import Location

_HEADERS = {
    "User-Agent": "towhee (+https://github.com/towhee-io/towhee)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


class _Socket(socket.socket):
    """A socket whose reads share one deadline, so that a slow drip does not renew it."""

    deadline = math.inf

    # Any: the buffer is whatever http.client reads into.
    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(seconds_left(self.deadline))
        return super().recv_into(buffer, nbytes, flags)


class _TlsSocket(ssl.SSLSocket):
    """The same over TLS."""

    deadline = math.inf

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(seconds_left(self.deadline))
        return super().recv_into(buffer, nbytes, flags)


def seconds_left(deadline: float) -> float | None:
    """The seconds until a deadline of the monotonic clock.

    Raises:
        TimeoutError: if it has passed.
    """
    if deadline == math.inf:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time is over")
    return left


@functools.cache
def tls_context(cafile: str | None = None) -> ssl.SSLContext:
    """How https is verified: by the system's certificates, or by those of a file."""
    context = ssl.create_default_context(cafile=cafile)
    context.sslsocket_class = _TlsSocket
    return context


def request(
    location: Location,
    address: str,
    deadline: float,
    *,
    connect_seconds: float | None = None,
    context: ssl.SSLContext | None = None,
) -> tuple[HTTPConnection, urllib3.BaseHTTPResponse]:
    """The connection to the checked address, and the response with its content not yet read.

    Args:
        location: what is asked for.
        address: the IP address to connect to.
        deadline: when reading ends, by the monotonic clock.
        connect_seconds: the most seconds for connecting; by default, until the deadline.
        context: from ``tls_context``.
    """
    timeout = connect_seconds or seconds_left(deadline)
    if location.scheme == "https":
        tls = context or tls_context()
        server = None if location.is_ip_address else location.host
        connection: HTTPConnection = HTTPSConnection(
            address,
            location.port,
            timeout=timeout,
            ssl_context=tls,
            server_hostname=server,
        )
    else:
        connection = HTTPConnection(address, location.port, timeout=timeout)
    opened: socket.socket | None = None
    try:
        connection.connect()
        opened = _share_deadline(connection, deadline)
        headers = {**_HEADERS, "Host": location.authority}
        connection.request(
            "GET", location.target, headers=headers, preload_content=False, decode_content=False
        )
        return connection, connection.getresponse()
    except BaseException:
        connection.close()
        if opened is not None and opened.fileno() != -1:
            # a response that http.client began and urllib3 refused still holds the socket
            socket.close(opened.detach())
        raise


def _share_deadline(connection: HTTPConnection, deadline: float) -> _Socket | _TlsSocket:
    """Give the connection a socket whose reads end at the deadline."""
    plain_or_tls: socket.socket = connection.sock
    if isinstance(plain_or_tls, _TlsSocket):
        plain_or_tls.deadline = deadline
        return plain_or_tls
    timeout = plain_or_tls.gettimeout()
    opened = _Socket(fileno=plain_or_tls.detach())
    opened.settimeout(timeout)
    opened.deadline = deadline
    connection.sock = opened
    return opened
