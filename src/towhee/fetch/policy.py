"""What may be fetched from an address: how much, for how long, and from which hosts."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from towhee.errors import UsageError

ENVIRONMENT = "TOWHEE_ALLOW_HOSTS"
"""The variable with more hosts for ``allow_hosts``, separated by commas; read at every use."""

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s\[\]/@*:]+)(:(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """The limits of a download, and the private hosts that it may reach.

    Attributes:
        max_bytes: the most bytes of one download, after it is unpacked.
        timeout_seconds: the most seconds for all of it: connecting, redirects and the content.
        max_redirects: the most redirects that are followed.
        allow_hosts: private hosts that are allowed by name, with or without a port:
            ``("intranet.example", "127.0.0.1:8000", "[::1]:8000")``. Public hosts need none.

    Raises:
        UsageError: if a limit or a host's name means nothing.

    Example:
        >>> FetchPolicy(allow_hosts=("127.0.0.1:8000",)).allows("127.0.0.1", 8000)
        True
    """

    max_bytes: int = 64 * 1024 * 1024
    timeout_seconds: float = 30.0
    max_redirects: int = 5
    allow_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.max_bytes < 1:
            raise UsageError(f"max_bytes is at least 1, not {self.max_bytes}")
        if not 0 < self.timeout_seconds < float("inf"):
            raise UsageError(f"timeout_seconds is above 0, not {self.timeout_seconds}")
        if self.max_redirects < 0:
            raise UsageError(f"max_redirects is at least 0, not {self.max_redirects}")
        if isinstance(self.allow_hosts, str):
            raise UsageError(f"allow_hosts is a tuple of names: ({self.allow_hosts!r},)")
        object.__setattr__(self, "allow_hosts", tuple(self.allow_hosts))
        for entry in self.allow_hosts:
            _name_and_port(entry, "allow_hosts")

    def allows(self, host: str, port: int) -> bool:
        """Whether the host may be reached whatever its address, by this policy or the process."""
        entries = [_name_and_port(entry, "allow_hosts") for entry in self.allow_hosts]
        for entry in os.environ.get(ENVIRONMENT, "").split(","):
            if entry.strip():
                entries.append(_name_and_port(entry, ENVIRONMENT))
        return any(name == host and allowed in (None, port) for name, allowed in entries)


DEFAULT = FetchPolicy()
"""64 MiB, 30 seconds, 5 redirects, public hosts only."""


def _name_and_port(entry: str, where: str) -> tuple[str, int | None]:
    match = _HOST.fullmatch(entry.strip().lower())
    if match is None:
        raise UsageError(
            f"{where} takes names like 'intranet.example' or '127.0.0.1:8000', not {entry!r}"
        )
    port = match["port"]
    return match["name"].strip("[]").rstrip("."), None if port is None else int(port)
