"""How a service runs, and what it refuses."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from towhee.errors import DataError, UsageError
from towhee.serve.forming import BatchRules

KEYS_FILE_VARIABLE = "TOWHEE_API_KEY_FILE"
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """The limits of a service.

    Attributes:
        rules: the bounds of batches and of each model's queue.
        timeout: seconds in which a request is answered, or refused with 503.
        body_timeout: seconds in which a client has to send a request's body.
        max_body: bytes of a request's body, and of what is fetched from an address.
        max_held: bytes of all bodies that are held at one time; more are refused with 503.
        max_inputs: inputs of one request.
        max_topk: neighbours of one search.
        keys: the API keys that are accepted, each with a name for the log; all requests are
            accepted if there is none.
        rate: requests a second for each key, or each client where there are no keys; ``None`` for
            no limit.
        allow_hosts: private hosts that addresses of clients may name.
        can_manage: whether clients may load and unload models.
        has_page: whether there is a page for browsers at ``/``.
        shows_pictures: whether searches give small pictures of neighbours whose keys are images.

    Raises:
        UsageError: for a limit that means nothing.
    """

    rules: BatchRules = field(default_factory=BatchRules)
    timeout: float = 30.0
    body_timeout: float = 15.0
    max_body: int = 16 * _MIB
    max_held: int = 256 * _MIB
    max_inputs: int = 2048
    max_topk: int = 1000
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    rate: float | None = None
    allow_hosts: tuple[str, ...] = ()
    can_manage: bool = False
    has_page: bool = True
    shows_pictures: bool = True

    def __post_init__(self) -> None:
        for name in ("timeout", "body_timeout", "max_body", "max_held", "max_inputs", "max_topk"):
            if not 0 < getattr(self, name) < float("inf"):
                raise UsageError(f"{name} is above 0, not {getattr(self, name)}")
        if self.rate is not None and not 0 < self.rate < float("inf"):
            raise UsageError(f"rate is above 0 requests a second, not {self.rate}")


def read_keys(path: str | os.PathLike[str]) -> dict[str, str]:
    """The API keys in a file: one a line, with ``name:`` in front if it is to have one.

    Empty lines and those that begin with ``#`` are passed over. A key without a name is called
    after its line. Keys come from a file because command lines and environments can be read by
    others on the machine.

    Returns:
        Names by keys.

    Raises:
        DataError: if the file cannot be read, or holds none.
        UsageError: for a key of fewer than 16 characters, or one with a space in it.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"the file of API keys {os.fspath(path)!r} cannot be read: {error}"
        ) from error
    keys = {}
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, colon, key = line.rpartition(":")
        key = key.strip()
        if len(key) < 16 or not key.isascii() or not key.isprintable() or " " in key:
            raise UsageError(
                f"line {number} of {os.fspath(path)!r}: a key has at least 16 characters of ASCII "
                "and no space; `openssl rand -hex 24` makes one"
            )
        keys[key] = name.strip() if colon else f"line {number}"
    if not keys:
        raise DataError(f"{os.fspath(path)!r} holds no API key")
    return keys
