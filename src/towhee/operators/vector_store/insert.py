"""``insert_store``: write rows to a store from within a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from towhee.errors import UsageError
from towhee.operators.vector_store.connected import StoreOperator
from towhee.search.stores import Fingerprint


class InsertStore(StoreOperator[Any, Any]):
    """Write each row to a collection, which is made if it is not there; gives its key.

    Its inputs are the key, the vector, and the value of each payload column in the order of
    ``fields``. A row whose key is there already is replaced. A collection of many rows is better
    written with ``to_store``, which can go on where it was cut off.

    Args:
        uri: ``"milvus:///photos.db"``, … as ``open_store`` takes it.
        collection: its name.
        fields: the names of the payload columns.
        metric: ``"cosine"``, ``"L2"`` or ``"IP"``, of a collection that is not there yet.
        index: ``"flat"``, ``"hnsw"``, …, likewise.
        options: of the store, such as ``token=``.

    Raises:
        UsageError: for an address or an argument that cannot be, vectors of another length, or
            of another model than those that are there.
        DataError: for NaN, a zero vector under cosine, or a value of another type.
        StoreUnavailableError: if the store does not answer.

    Example:
        >>> import tempfile
        >>> from towhee import ops
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     insert = ops.insert_store(f"faiss:///{folder}", fields=["year"])
        ...     insert("a", [0.0, 1.0], 1999)
        'a'
    """

    wants_origin_of = 1

    def __init__(
        self,
        uri: str,
        collection: str = "vectors",
        *,
        fields: Sequence[str] = (),
        metric: str = "cosine",
        index: str = "flat",
        _made_by: Fingerprint | None = None,
        **options: Any,
    ) -> None:
        super().__init__(uri, collection, options)
        self._made_by = _made_by
        self._fields = tuple(fields)
        self._metric, self._index = metric, index

    def __call__(self, *values: Any) -> Any:
        return self.batch(*([value] for value in values))[0]

    def batch(self, *columns: Sequence[Any]) -> Sequence[Any]:
        if len(columns) != 2 + len(self._fields):
            names = ", ".join(("key", "vector", *self._fields))
            raise UsageError(f"insert_store takes {names}, not {len(columns)} values")
        keys, vectors, *payload = columns
        if not len(keys):
            return []
        store = self.store
        named = dict(zip(self._fields, payload, strict=True))
        # One that is there may have been given another index since.
        asked: dict[str, Any] = (
            {} if store.exists else {"metric": self._metric, "index": self._index}
        )
        store.ensure(keys, vectors, named, fingerprint=self._made_by, **asked)
        store.upsert(keys, [np.asarray(vector) for vector in vectors], named)
        return keys
