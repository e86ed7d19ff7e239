"""A connection to one collection of a store: what it holds, and calls that wait for an answer."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from towhee.errors import UnknownNameError
from towhee.search.filters import Expression, parse_filter
from towhee.search.stores import parts
from towhee.search.stores.driver import Driver
from towhee.search.stores.retrying import patiently
from towhee.search.stores.rows import listed
from towhee.search.stores.schema import CollectionSchema
from towhee.search.stores.uri import StoreUri

T = TypeVar("T")


class Connection:
    """A driver, and the collection that is meant.

    Args:
        driver: the connection to the store.
        uri: where it is.
        collection: the collection's name.
        patience: the seconds that a call waits for a store that does not answer.
    """

    def __init__(self, driver: Driver, uri: StoreUri, collection: str, patience: float) -> None:
        self.driver = driver
        self.uri = uri
        self.collection = collection
        self._patience = patience
        self.lock = contextlib.nullcontext() if driver.is_concurrent else threading.RLock()
        self._schema = self.call(lambda: driver.read_schema(collection))

    def call(self, call: Callable[[], T]) -> T:
        """What the driver answers; a call may be made again, if the store did not answer."""

        def locked() -> T:
            with self.lock:
                return call()

        return patiently(locked, self._patience)

    def known(self) -> CollectionSchema | None:
        """What the collection holds, ``None`` if it is not there."""
        if self._schema is None:  # another process may have made it since
            self._schema = self.call(lambda: self.driver.read_schema(self.collection))
        return self._schema

    def remember(self, schema: CollectionSchema | None) -> None:
        """Take note of what the collection holds from now on."""
        self._schema = schema

    @property
    def schema(self) -> CollectionSchema:
        """What the collection holds.

        Raises:
            UnknownNameError: if it is not there.
        """
        known = self.known()
        if known is None:
            there = self.call(self.driver.collections)
            raise UnknownNameError(
                f"collection of {self.uri}",
                self.collection,
                there,
                f"(there are {', '.join(there)})" if there else "(it is empty)",
            )
        return known

    def where(self, filter: str | None) -> Expression | None:
        """A filter, checked against the columns; of rows of several vectors, as parts know it."""
        if filter is None:
            return None
        schema = self.schema
        where = parse_filter(filter, schema.fields)
        return parts.by_parent(where) if schema.multi else where

    def fields(self, names: Sequence[str] | None) -> list[str]:
        """The payload columns that are asked for; all if ``None``.

        Raises:
            UnknownNameError: for one that there is not.
        """
        known = self.schema.fields
        if names is not None:
            names = listed(names, "fields")
        for name in names or ():
            if name not in known:
                said = f"(there are {', '.join(known) or 'none'})"
                raise UnknownNameError("payload column", str(name), known, said)
        return list(known if names is None else names)
