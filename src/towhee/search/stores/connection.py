"""A connection to one collection of a store: what it holds, and calls that wait for an answer."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from towhee.errors import (
    StoreError,
    StoreUnavailableError,
    TowheeError,
    UnknownNameError,
    UsageError,
)
from towhee.search.filters import (
    KEY,
    And,
    Comparison,
    Expression,
    Field,
    In,
    Or,
    parse_filter,
)
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
        self._schema: CollectionSchema | None = None
        self._schema = self.call(lambda: driver.read_schema(collection))

    def call(self, call: Callable[[], T]) -> T:
        """What the driver answers; a call may be made again, if the store did not answer."""

        def locked() -> T:
            with self.lock:
                return call()

        with self.as_it_was_known():
            return patiently(locked, self._patience)

    @contextlib.contextmanager
    def as_it_was_known(self) -> Iterator[None]:
        """See, if the store fails within, whether others dropped the collection or made it anew.

        Raises:
            StoreError: if they did. From then on the collection is known as it is.
        """
        try:
            yield
        except (StoreError, ValueError) as error:  # as arrays of another shape cannot be read
            is_ours = isinstance(error, TowheeError) and not isinstance(error, StoreError)
            if not is_ours and not isinstance(error, StoreUnavailableError):
                self._require_as_known(error)
            raise

    def _require_as_known(self, error: Exception) -> None:
        known, found = self._schema, None
        if known is None:
            return
        try:
            with self.lock:
                found = self.driver.read_schema(self.collection)
        except StoreError:  # what failed first says more
            return
        self._schema = found
        if found is None:
            raise StoreError(
                f"the collection {self.collection!r} of {self.uri} was dropped meanwhile, by "
                "another process or connection"
            ) from error
        if replace(found, index=known.index) != known:
            raise StoreError(
                f"the collection {self.collection!r} of {self.uri} was made anew meanwhile, for "
                "other vectors or columns; see what it holds now, and do it again"
            ) from error

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
        where = parse_filter(filter, schema.fields, schema.key_type)
        if schema.key_type == "integer":
            where = _with_keys_as_texts(where)
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


def _with_keys_as_texts(where: Expression) -> Expression:
    """An expression that asks for whole numbers as keys, as stores keep them."""
    if isinstance(where, (And, Or)):
        return replace(where, parts=tuple(map(_with_keys_as_texts, where.parts)))
    if where.field != Field(KEY):
        return where
    if isinstance(where, In):
        return replace(where, values=tuple(map(str, where.values)))
    if isinstance(where, Comparison) and where.operator in ("==", "!="):
        return replace(where, value=str(where.value))
    raise UsageError(
        "the keys of the collection are whole numbers; ask for key == 3, or key in [3]"
    )
