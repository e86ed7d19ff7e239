"""A digest of what a value holds, the same for the same content wherever it comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from towhee.types import Image


def content_digest(value: object) -> bytes | None:
    """The SHA-256 of a value's content and kind; ``None`` for a kind whose content is not known.

    Known are bytes, texts, numbers, truth values, ``None`` and arrays (with their dtype, their
    shape, and of an ``Image`` its mode). A text stands for itself, not for a file of that name.

    Example:
        >>> content_digest(b"abc") == content_digest(bytearray(b"abc")) != content_digest("abc")
        True
    """
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _digest("bytes", value)
    if isinstance(value, str):
        return _digest("text", value.encode("utf-8", "surrogatepass"))
    if value is None or type(value) in (bool, int, float, complex):
        return _digest(type(value).__name__, repr(value).encode())
    if isinstance(value, (np.ndarray, np.generic)):
        return _of_array(value)
    return None


def digest_of_all(digests: Sequence[bytes | None]) -> bytes | None:
    """One digest for several values, ``None`` if one of them has none."""
    known = [digest for digest in digests if digest is not None]
    if len(known) < len(digests):
        return None
    return known[0] if len(known) == 1 else _digest("several", b"".join(known))


# Any: an array of any dtype.
def _of_array(value: np.ndarray[Any, Any] | np.generic) -> bytes | None:
    kind = type(value)
    array = np.asarray(value)
    if array.dtype.hasobject or not (kind in (np.ndarray, Image) or isinstance(value, np.generic)):
        return None  # objects have no bytes; a class of somebody's may hold more than its buffer
    mode = value.mode if isinstance(value, Image) else ""
    name = "number" if isinstance(value, np.generic) else f"array {array.shape} {mode}"
    described = f"{name} {array.dtype.descr if array.dtype.names else array.dtype.str}"
    # As bytes: the buffers of dates and of half-precision numbers are closed to hashlib.
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return _digest(described, flat.data)


def _digest(kind: str, content: bytes | bytearray | memoryview) -> bytes:
    digest = hashlib.sha256(kind.encode() + b"\0")
    digest.update(content)
    return digest.digest()
