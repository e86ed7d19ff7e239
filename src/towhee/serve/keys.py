"""Who may call: API keys, and how often each may."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping

from towhee.serve.refusals import Refusal

_CLIENTS_KEPT = 4096


class Keys:
    """Tells whose key a request bears, in a time that does not depend on the key.

    Args:
        names: of the holders, by their keys; none if all may call.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = [(_digest(key), name) for key, name in names.items()]

    def holder(self, authorization: str | None) -> str | None:
        """The name of the holder of an ``Authorization`` header's key; ``None`` if none is needed.

        Raises:
            Refusal: 401 if it bears no key, or none that is known.
        """
        if not self._names:
            return None
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Refusal(401, "an API key is needed: Authorization: Bearer KEY", closes=True)
        given = _digest(key.strip())
        found = None
        for digest, name in self._names:  # all of them, so that the time tells nothing
            if hmac.compare_digest(digest, given):
                found = name
        if found is None:
            raise Refusal(401, "this API key is not known", closes=True)
        return found


def _digest(key: str) -> bytes:
    """Of one length for all keys, so that comparing does not tell how long one is."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


class Rate:
    """So many requests a second for each caller; one that was quiet may send some at once.

    Args:
        per_second: for each, ``None`` for no limit.
    """

    def __init__(self, per_second: float | None) -> None:
        self._per_second = per_second
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, caller: str) -> None:
        """Note a request.

        Raises:
            Refusal: 429 if the caller sent too many.
        """
        if self._per_second is None:
            return
        most = max(1.0, self._per_second)
        with self._lock:
            now = time.monotonic()
            left, since = self._left.pop(caller, (most, now))
            left = min(most, left + (now - since) * self._per_second)
            self._left[caller] = (max(0.0, left - 1), now) if left >= 1 else (left, now)
            if len(self._left) > _CLIENTS_KEPT:
                self._left.popitem(last=False)
        if left < 1:
            seconds = max(1, round((1 - left) / self._per_second))
            raise Refusal(
                429,
                f"more than {self._per_second:g} requests a second; try again in {seconds} s",
                retry_after=seconds,
                closes=True,
            )
