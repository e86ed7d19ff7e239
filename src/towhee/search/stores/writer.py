"""Rows gathered as they are computed, and written many at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from towhee.errors import StoreError, UsageError
from towhee.search.field_types import FieldType
from towhee.search.stores.creating import require_possible
from towhee.search.stores.driver import Sparse
from towhee.search.stores.fingerprint import Fingerprint
from towhee.search.stores.rows import Columns
from towhee.search.stores.store import VectorStore

_SECONDS_BETWEEN_WRITES = 5.0


class StoreWriter:
    """Writes rows a thousand at a time or every few seconds, whichever comes first.

    So a job that is cut off has lost little. At the end of the ``with`` the rest is written, also
    if something else failed, since what was computed is sound.

    Args:
        store: the collection, which the first rows make if it is not there.
        batch_size: rows written at once.
        fields: the types of payload columns of which the first rows have no value.
        fingerprint: what makes the vectors.
        options: what the collection is to be: ``metric``, ``index``, ``text``, …
        told: called with the number of rows, each time when some were written.

    Attributes:
        written: the number of rows written.
    """

    def __init__(
        self,
        store: VectorStore,
        *,
        batch_size: int = 1000,
        fields: Mapping[str, FieldType] | None = None,
        fingerprint: Fingerprint | None = None,
        options: Mapping[str, Any] | None = None,
        told: Callable[[int], object] = lambda count: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise UsageError(f"batch_size is a whole number of at least 1, not {batch_size!r}")
        require_possible(store.driver, options or {})
        store.require_options(**options or {})
        if fingerprint is not None:
            store.require_fingerprint(fingerprint)
        self.written = 0
        self._store = store
        self._batch_size = batch_size
        self._fields, self._fingerprint, self._options = fields, fingerprint, options or {}
        self._told, self._now = told, now
        self._since = now()
        self._keys: list[Any] = []
        self._vectors: list[Any] = []
        self._payload: Columns = {}
        self._sparse: list[Sparse] = []

    def add(
        self,
        keys: Sequence[Any],
        vectors: Sequence[Any],
        payload: Mapping[str, Sequence[Any]],
        sparse: Sequence[Sparse] | None = None,
    ) -> None:
        """Take rows, and write when there are enough, or it has been long enough."""
        before = len(self._keys)
        self._keys.extend(keys)
        self._vectors.extend(vectors)
        self._sparse.extend(sparse or ())
        for name in {**self._payload, **payload}:
            values = self._payload.setdefault(name, [None] * before)
            values.extend(payload.get(name, [None] * len(keys)))
        while len(self._keys) >= self._batch_size:
            self._write(self._batch_size)
        if self._keys and self._now() - self._since > _SECONDS_BETWEEN_WRITES:
            self._write(len(self._keys))

    def _write(self, count: int) -> None:
        keys, vectors = self._keys[:count], _stacked(self._vectors[:count])
        payload = {name: values[:count] for name, values in self._payload.items()}
        sparse = self._sparse[:count] or None
        self._store.ensure(
            keys,
            vectors,
            payload,
            sparse=sparse is not None,
            fields=self._fields,
            fingerprint=self._fingerprint,
            **self._options,
        )
        self._store.upsert(keys, vectors, payload, sparse=sparse)
        del self._keys[:count], self._vectors[:count], self._sparse[:count]
        for values in self._payload.values():
            del values[:count]
        self._since = self._now()
        self.written += count
        self._told(count)

    def __enter__(self) -> StoreWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, StoreError):
            return
        if self._keys:
            self._write(len(self._keys))
        self._store.flush()


def _stacked(vectors: list[Any]) -> Any:
    """Vectors as one array, where they are arrays of one length; as they are otherwise."""
    are_flat = all(isinstance(each, np.ndarray) and each.ndim == 1 for each in vectors)
    return np.stack(vectors) if are_flat and len({v.size for v in vectors}) == 1 else vectors
