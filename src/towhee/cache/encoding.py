"""Results as bytes and back, to the last bit, with nothing in the bytes that could run.

A result is an array, or texts, numbers, lists, tuples and dicts that hold arrays. What is plain
is written as JSON; behind it lie the buffers of the arrays, in order.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

_LENGTH = struct.Struct("<I")
_PLAIN = (str, bool, int, float, type(None))


class _Foreign(Exception):
    """A value of a kind that cannot be given back exactly."""


def encoded(value: object) -> bytes | None:
    """A result as bytes; ``None`` for a kind that could not be given back exactly.

    Example:
        >>> decoded(encoded((1.5, ["a"])))
        (1.5, ['a'])
    """
    buffers: list[bytes] = []
    try:
        plain = json.dumps(_plain(value, buffers), separators=(",", ":")).encode()
    except _Foreign:
        return None
    return b"".join([_LENGTH.pack(len(plain)), plain, *buffers])


def decoded(content: bytes) -> Any:
    """The result that ``encoded`` gave these bytes for.

    Raises:
        ValueError: for bytes that it did not give.
    """
    try:
        (length,) = _LENGTH.unpack_from(content)
        start = _LENGTH.size + length
        plain = json.loads(content[_LENGTH.size : start])
        value, end = _value(plain, content, start)
    except (struct.error, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"no result: {error}") from error
    if end != len(content):
        raise ValueError("no result: it is longer than it says")
    return value


def _plain(value: object, buffers: list[bytes]) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is np.ndarray or isinstance(value, np.generic):
        array = np.asarray(value)
        if array.dtype.hasobject or array.dtype.kind == "V":
            raise _Foreign
        buffers.append(array.tobytes())
        shape = list(array.shape) if kind is np.ndarray else None
        return {"array": [array.dtype.str, shape]}
    if isinstance(value, (list, tuple)) and kind in (list, tuple):
        return {kind.__name__: [_plain(item, buffers) for item in value]}
    if kind is dict and isinstance(value, dict) and all(type(name) is str for name in value):
        return {"dict": [[name, _plain(item, buffers)] for name, item in value.items()]}
    raise _Foreign


def _value(plain: Any, content: bytes, start: int) -> tuple[Any, int]:
    """The value that is written, and where the buffers behind its own begin."""
    if not isinstance(plain, dict):
        return plain, start
    ((kind, written),) = plain.items()
    if kind == "array":
        return _array(written, content, start)
    items = []
    for item in written:
        value, start = _value(item[1] if kind == "dict" else item, content, start)
        items.append(value)
    if kind == "dict":
        return dict(zip((name for name, _ in written), items, strict=True)), start
    return {"list": list, "tuple": tuple}[kind](items), start


def _array(written: Any, content: bytes, start: int) -> tuple[Any, int]:
    name, shape = written
    dtype = np.dtype(name)
    count = 1 if shape is None else int(np.prod(shape, dtype=np.int64))
    flat = np.frombuffer(content, dtype, count, start)
    end = start + flat.nbytes
    # A copy, as a result may be written to and these bytes may not.
    return (flat[0] if shape is None else flat.reshape(shape).copy()), end
