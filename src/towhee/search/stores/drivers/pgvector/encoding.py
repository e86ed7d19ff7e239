"""Vectors as the extension sends and receives them, many at once.

A dense vector is its length, two empty bytes and its numbers; a sparse one its length, the count
of its numbers, four empty bytes, the places and the numbers; all are big-endian
(``vector_send``, ``sparsevec_send`` in https://github.com/pgvector/pgvector/tree/master/src).
The package ``pgvector`` does the same one vector at a time, and finds the types only where the
search path leads to the extension.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
from psycopg import Connection
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format
from psycopg.types import TypeInfo

from towhee.errors import DataError
from towhee.search.stores.driver import Sparse, Vectors

SPARSE_DIMENSION = 1_000_000_000
"""The longest vector that ``sparsevec`` stands for."""
_MOST_NUMBERS = 16_000
_EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)


class Dense(bytes):
    """The bytes of a dense vector."""


class Thin(bytes):
    """The bytes of a sparse vector."""


def encoded(vectors: Vectors) -> list[Dense]:
    """The bytes of each vector of ``(n, d) float32``."""
    count, dimension = vectors.shape
    rows = np.empty((count, dimension + 1), ">f4")
    heads = rows.view(">u2")
    heads[:, 0], heads[:, 1] = dimension, 0
    rows[:, 1:] = vectors
    everything, size = rows.tobytes(), rows.strides[0]
    return [Dense(everything[at : at + size]) for at in range(0, count * size, size)]


def decoded(values: Sequence[bytes], dimension: int) -> Vectors:
    """The vectors ``(n, d) float32`` of their bytes."""
    rows = np.frombuffer(b"".join(values), ">f4").reshape(len(values), dimension + 1)
    return rows[:, 1:].astype(np.float32)


def encoded_sparse(vector: Sparse) -> Thin:
    """The bytes of a sparse vector; its numbers become float32.

    Raises:
        DataError: for more numbers than the store takes, or a place too far out.
    """
    places = np.array(sorted(vector), np.int64)
    with np.errstate(over="ignore"):
        numbers = np.array([vector[place] for place in places.tolist()], np.float32)
    places, numbers = places[numbers != 0], numbers[numbers != 0]
    if len(places) > _MOST_NUMBERS:
        raise DataError(
            f"a sparse vector has {len(places):,} numbers, and pgvector keeps at most "
            f"{_MOST_NUMBERS:,}; leave the smallest out"
        )
    if len(places) and places[-1] >= SPARSE_DIMENSION:
        raise DataError(
            f"a sparse vector has a number at {places[-1]:,}, and pgvector keeps places below "
            f"{SPARSE_DIMENSION:,}"
        )
    if not np.isfinite(numbers).all():
        raise DataError("a sparse vector has a number beyond float32")
    head = np.array([SPARSE_DIMENSION, len(places), 0], ">i4")
    return Thin(head.tobytes() + places.astype(">i4").tobytes() + numbers.astype(">f4").tobytes())


def decoded_sparse(value: bytes) -> dict[int, float]:
    """The sparse vector of its bytes."""
    places, numbers = np.frombuffer(value, ">i4", offset=12).reshape(2, -1)
    return dict(zip(places.tolist(), numbers.view(">f4").tolist(), strict=True))


def as_json(value: Any) -> str:
    """A value as JSON writes it, with its letters as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def register(connection: Connection[Any], vector: TypeInfo, sparsevec: TypeInfo) -> None:
    """Teach a connection both types, arrays of them, and times in UTC."""
    adapters = connection.adapters
    for kind, info in ((Dense, vector), (Thin, sparsevec)):
        oid = info.oid
        adapters.types.add(info)
        adapters.register_dumper(kind, type(kind.__name__, (_ReadyDumper,), {"oid": oid}))
        adapters.register_loader(oid, _BytesLoader)
    adapters.register_loader("timestamptz", _UtcLoader)


class _ReadyDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return bytes(obj)


class _BytesLoader(Loader):
    format = Format.BINARY

    def load(self, data: Any) -> bytes:
        return bytes(data)


class _UtcLoader(Loader):
    """psycopg gives a time in the session's zone, where the first and last years cannot be."""

    format = Format.BINARY

    def load(self, data: Any) -> datetime:
        return _EPOCH + timedelta(microseconds=int.from_bytes(data, "big", signed=True))
