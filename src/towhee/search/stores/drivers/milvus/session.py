"""One client of Milvus, and what it has been asked so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from towhee.errors import StoreError
from towhee.search.stores.drivers.milvus.connecting import translated_errors
from towhee.search.stores.drivers.milvus.making import vector_index
from towhee.search.stores.drivers.milvus.naming import VECTOR, index_name
from towhee.search.stores.schema import CollectionSchema


class Session:
    """A client of Milvus.

    Attributes:
        shown: the address, as messages show it.
        consistency: of searches and reads, as Milvus names it.
        call: what each call of the client is given besides.
        is_lite: whether Milvus Lite answers.
    """

    def __init__(
        self, client: Any, shown: str, options: Mapping[str, Any], *, is_lite: bool
    ) -> None:
        self._client: Any = client  # a pymilvus.MilvusClient, which is not typed
        self._loaded: set[str] = set()
        self.shown = shown
        self.consistency: str = options["consistency"]
        # VectorStore waits for stores that do not answer, so the client need not.
        self.call: dict[str, Any] = {"retry_times": 1, "timeout": options["timeout"]}
        self.is_lite = is_lite

    @contextmanager
    def asked(self, aim: str) -> Iterator[Any]:
        """The client, while something is asked of it.

        Args:
            aim: what is asked, as in "remove rows".

        Raises:
            StoreError: if it refuses, or is closed.
        """
        if self._client is None:
            raise StoreError(f"the connection to Milvus at {self.shown} is closed; open it again")
        try:
            with translated_errors(self.shown, aim):
                yield self._client
        except StoreError:
            self._loaded.clear()  # who knows; looking again costs little
            raise

    @contextmanager
    def writing(self, aim: str) -> Iterator[Any]:
        """The client, while rows are written or removed."""
        with self.asked(aim) as client:
            yield client

    def turn(self) -> AbstractContextManager[object]:
        """Within it, nobody else of this process asks anything."""
        return nullcontext()

    def clear_the_way(self, collection: str) -> None:
        """Remove what is in the way of a new collection without being one."""

    def load(self, schema: CollectionSchema) -> None:
        """See that a collection can be searched; once for each connection.

        Milvus Lite loads none by itself after a restart. An index that is gone, as the building
        of another was cut off, is made again.
        """
        if schema.name in self._loaded:
            return
        with self.asked(f"load the collection {schema.name!r}") as client:
            index = client.describe_index(schema.name, index_name(VECTOR), **self.call)
            if index is None:
                self.index(schema.name, vector_index(schema, schema.index))
                return
            client.load_collection(schema.name, **self.call)
        self._loaded.add(schema.name)

    def index(self, collection: str, indexes: Any) -> None:
        """Make indexes, ``pymilvus.IndexParams``, and load the collection."""
        with self.asked(f"make the indexes of {collection!r}") as client:
            client.create_index(collection, indexes, sync=not self.is_lite, **self.call)
            client.load_collection(collection, **self.call)
        self._loaded.add(collection)

    def forget(self, collection: str) -> None:
        """Take a collection for one that is not loaded."""
        self._loaded.discard(collection)

    def close(self) -> bool:
        """End the connection; whether it was open."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
        return client is not None
