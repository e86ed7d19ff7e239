"""What the operators share that talk to a store."""

from __future__ import annotations

from typing import Any, ClassVar

from towhee.errors import UsageError
from towhee.operators.base import In, Operator, Out, Placement
from towhee.search.stores import VectorStore, open_store
from towhee.search.stores.schema import require_name
from towhee.search.stores.uri import StoreUri


class StoreOperator(Operator[In, Out]):
    """An operator with a connection to a collection, which is opened when it is first needed.

    Args:
        uri: as ``open_store`` takes it.
        collection: its name.
        options: of the store.
    """

    placement: ClassVar[Placement] = "model"  # whole batches, one after the other

    def __init__(self, uri: str, collection: str, options: dict[str, Any]) -> None:
        StoreUri.parse(uri)
        require_name("a collection", collection)
        self._uri, self._collection, self._options = uri, collection, options
        self._store: VectorStore | None = None

    def setup(self) -> None:
        """Connect to the store."""
        self._store = open_store(self._uri, self._collection, **self._options)

    @property
    def store(self) -> VectorStore:
        """The collection."""
        self.ensure_setup()
        if self._store is None:
            raise UsageError(f"the connection to {self._uri} is closed")
        return self._store

    def fingerprint(self) -> str | None:
        """Nothing that a cache could rely on: a store changes."""
        return None

    def __getstate__(self) -> dict[str, Any]:
        """Without the connection, which another process opens for itself."""
        return {**self.__dict__, "_store": None, "_is_set_up": False}
