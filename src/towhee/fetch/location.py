"""An address taken apart, once, so that what is checked is what is fetched."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from towhee.errors import FetchError

_PORTS = {"http": 80, "https": 443}
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_REMEDIES = {
    "file": "pass the path of the file instead",
    "data": "decode it and pass the bytes",
    "s3": "pass a signed https address, or download it with its own client and pass the bytes",
}


@dataclass(frozen=True, slots=True)
class Location:
    """One http or https address.

    Attributes:
        scheme: ``"http"`` or ``"https"``.
        host: the host's name in lower-case ASCII, or its IP address without brackets.
        port: the port, the scheme's own where the address gives none.
        target: path and query, percent-encoded, as the request line has them.
        shown: the address as messages show it, without credentials and query.
    """

    scheme: str
    host: str
    port: int
    target: str
    shown: str

    @property
    def is_ip_address(self) -> bool:
        """Whether the host is an IP address and no name."""
        return _is_ip_address(self.host)

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_location(url: str) -> Location:
    """The parts of an address.

    Raises:
        FetchError: if it is not http or https, has credentials, or cannot be read.
    """
    url = url.strip()
    shown = shown_url(url)
    scheme = url.partition(":")[0].lower()
    if scheme not in _PORTS:
        remedy = _REMEDIES.get(scheme, "download it with its own client and pass the bytes")
        raise FetchError(
            f"{shown} is not fetched: only http and https addresses are, not {scheme}; {remedy}"
        )
    if re.search(r"[\x00-\x1f\x7f\\]", url):
        raise FetchError(
            f"{shown} is not fetched: it holds control characters or backslashes; "
            "percent-encode them"
        )
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise FetchError(f"{shown} is no valid address: {error}; check its spelling") from error
    if "@" in parts.netloc:
        raise FetchError(
            f"{shown} is not fetched: the address holds credentials; remove them, or download it "
            "with your own client and pass the bytes"
        )
    query = f"?{parts.query}" if parts.query else ""
    target = quote((parts.path or "/") + query, safe="/?%:@!$&'()*+,;=~-._[]|")
    return Location(scheme, host, _PORTS[scheme] if port is None else port, target, shown)


def shown_url(url: str) -> str:
    """The address as messages show it: without credentials, query and fragment, and not long.

    Example:
        >>> shown_url("https://me:secret@example.org/a.jpg?token=secret")
        'https://example.org/a.jpg?…'
    """
    url = re.sub(r"^([^/?#:]*:/*)[^/?#]*@", r"\1", url.strip())
    base, mark, _ = url.partition("?")
    base = re.sub(r"[\x00-\x1f\x7f]", "?", base.partition("#")[0])
    if len(base) > 200:
        base = f"{base[:199]}…"
    return f"{base}?…" if mark else base


def _host(host: str) -> str:
    """The host's name in lower-case ASCII; ValueError where it is none."""
    if _is_ip_address(host):
        return host
    if "%" in host or ":" in host:
        raise ValueError(f"{host!r} is no host")
    try:
        name = host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError as error:
        raise ValueError(f"{host!r} is no host name ({error})") from error
    if _is_ip_address(name):  # full-width digits, or a dot at the end
        return name
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise ValueError(f"{host!r} is an IP address in an unusual form; write it in four numbers")
    if not _HOST_NAME.fullmatch(name):
        raise ValueError(f"{host!r} is no host name" if host else "it names no host")
    return name


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
