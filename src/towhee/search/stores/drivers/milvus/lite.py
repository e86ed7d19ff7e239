"""Milvus Lite: Milvus without a server, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

from towhee.errors import StoreError, StoreUnavailableError, UsageError
from towhee.search.stores.drivers.milvus.connecting import SECONDS_TO_CONNECT, connected_client
from towhee.search.stores.drivers.milvus.driver import MilvusDriver
from towhee.search.stores.drivers.milvus.embedded import EmbeddedMilvus
from towhee.search.stores.drivers.milvus.session import Session
from towhee.search.stores.schema import CollectionSchema
from towhee.search.stores.uri import StoreUri

_OPTIONS = ("consistency", "timeout")
_BYTES_OF_DIFFERENCES = 2**28


class MilvusLiteDriver(MilvusDriver):
    """A connection to Milvus Lite, in this process or in another (``milvus-lite server``)."""

    name = "Milvus Lite"
    is_lite = True
    _least_page: ClassVar[int] = 10_000  # each page is looked for among all rows

    def _found(
        self,
        schema: CollectionSchema,
        column: str,
        queries: list[Any],
        limit: int,
        text: str,
        columns: list[str],
        metric: str,
        parameters: Mapping[str, int],
    ) -> list[list[Any]]:
        # Under L2, Milvus Lite holds the difference of each query and each vector at once.
        step = len(queries)
        if metric == "L2" and step > 1:
            of_query = 4 * schema.dimension * max(1, self.count(schema, None))
            step = max(1, _BYTES_OF_DIFFERENCES // of_query)
        found: list[list[Any]] = []
        for start in range(0, len(queries), step):
            some = queries[start : start + step]
            found += super()._found(schema, column, some, limit, text, columns, metric, parameters)
        return found

    def _limit(self, topk: int) -> int:
        return topk


class EmbeddedSession(Session):
    """A client of Milvus Lite in threads of this process.

    Those who open one folder share it, and take turns, as it takes one write at a time.
    """

    def __init__(
        self, client: Any, shown: str, options: Mapping[str, Any], embedded: EmbeddedMilvus
    ) -> None:
        super().__init__(client, shown, options, is_lite=True)
        self._embedded = embedded

    @contextmanager
    def asked(self, aim: str) -> Iterator[Any]:
        self._embedded.require_sound(self.shown)
        with self._embedded.turn, super().asked(aim) as client:
            yield client

    @contextmanager
    def writing(self, aim: str) -> Iterator[Any]:
        try:
            with self.asked(aim) as client:
                yield client
        except StoreError as error:
            self._embedded.note_failed_write(error)
            raise

    def turn(self) -> AbstractContextManager[object]:
        return self._embedded.turn

    def load(self, schema: CollectionSchema) -> None:
        try:
            super().load(schema)
        except StoreUnavailableError:
            raise
        except StoreError:  # maybe a file of an index whose writing was cut off
            with self._embedded.turn:
                if not self._embedded.remove_indexes(schema.name):
                    raise
                super().load(schema)

    def clear_the_way(self, collection: str) -> None:
        self._embedded.remove_stub(collection)

    def close(self) -> bool:
        was_open = super().close()
        if was_open:
            self._embedded.release()
        return was_open


def opened_folder(uri: StoreUri, options: Mapping[str, Any]) -> EmbeddedSession:
    """A client of the Milvus Lite in a folder, which is made if it is not there.

    Raises:
        MissingExtraError: if pymilvus or Milvus Lite is not installed.
        StoreUnavailableError: if another process has it open.
        StoreError: if it cannot be opened.
    """
    assert uri.path is not None
    for name, value in options.items():
        if name not in _OPTIONS and value:
            raise UsageError(
                f"Milvus Lite has no {name}; it takes {', '.join(_OPTIONS)}, and a server "
                "takes the others"
            )
    embedded = EmbeddedMilvus.opened(uri.path, uri.shown)
    arguments = {
        "uri": embedded.address,
        "timeout": options["timeout"] or SECONDS_TO_CONNECT,
        "dedicated": True,
        # What is in this process is not behind a proxy, whatever the environment says.
        "grpc_options": {"grpc.enable_http_proxy": 0},
    }
    try:
        client = connected_client(arguments, uri.shown)
    except BaseException:
        embedded.release()
        raise
    return EmbeddedSession(client, uri.shown, options, embedded)
