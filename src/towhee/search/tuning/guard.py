"""The index of a collection, which is put back unless another is to stay."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType

from towhee.search.stores.schema import IndexSpec
from towhee.search.stores.store import VectorStore


class IndexGuard:
    """Other indexes may be made within its ``with``; at the end the first one is there again.

    It is made anew, also where the making of another was cut off, unless nothing was made, or
    ``keep`` was called.
    """

    def __init__(self, store: VectorStore) -> None:
        self._store = store
        self._before = store.schema
        self._is_changed = False

    def build(self, index: IndexSpec) -> None:
        """Index the vectors in another way, all rows included."""
        self._is_changed = True
        self._store.set_index(index.kind, **index.build)
        self._store.flush()

    def keep(self, index: IndexSpec) -> None:
        """Let the index stay that was made last, searched with the parameters of this one."""
        self._store.set_index(index.kind, **index.build, **index.search)
        self._is_changed = False

    def __enter__(self) -> IndexGuard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._is_changed:
            return
        # Not by set_index(), which leaves an index alone that the schema says is there.
        connection, schema = self._store.connection, self._store.schema
        before = replace(schema, index=self._before.index)
        connection.call(lambda: connection.driver.build_index(schema, before.index))
        connection.call(lambda: connection.driver.write_schema(before))
        connection.remember(before)
