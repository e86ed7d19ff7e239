"""Vectors in Qdrant."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from towhee.errors import MissingExtraError, StoreError, UsageError
from towhee.search.filters import Expression
from towhee.search.stores.driver import Abilities, Driver, Hit, RowBatch, Sparse, Vectors
from towhee.search.stores.drivers.qdrant import filters, points
from towhee.search.stores.drivers.qdrant.embedded import Embedded
from towhee.search.stores.drivers.qdrant.errors import as_store_errors
from towhee.search.stores.drivers.qdrant.indexes import hnsw_of, payload_indexes, text_index
from towhee.search.stores.rows import sliced
from towhee.search.stores.schema import KEY, VECTOR, CollectionSchema, IndexSpec
from towhee.search.stores.uri import StoreUri

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

T = TypeVar("T")

_SAYS = "towhee"
"""What metadata of a collection holds the schema; it is empty until all else is made."""

_PORT = 6333
_TIMEOUT = 60
_BYTES_IN_REQUEST = 8 * 2**20
_BYTES_OF_NUMBER = 14  # a float32 as JSON writes it


class QdrantDriver(Driver):
    """A server of Qdrant, or a folder in which the client itself does its work.

    The embedded form compares with every vector whatever the index; it remembers the index that a
    server is to have. It writes a point at a time, each of them whole.
    """

    name: ClassVar[str] = "Qdrant"
    abilities: ClassVar[Abilities] = Abilities(
        indexes=("flat", "hnsw"),
        text=True,
        sparse=True,
        lacks=filters.LACKS,
        options=("api_key", "prefer_grpc", "timeout"),
    )

    def __init__(self, client: QdrantClient, uri: StoreUri, embedded: Embedded | None) -> None:
        self._client = client
        self._uri = uri
        self._embedded = embedded
        self._lock = embedded.lock if embedded else contextlib.nullcontext()
        self._is_closed = False

    @classmethod
    def connect(cls, uri: StoreUri, options: Mapping[str, Any]) -> QdrantDriver:
        try:
            from qdrant_client import QdrantClient
        except ImportError as error:
            raise MissingExtraError("the store Qdrant", "qdrant") from error
        with as_store_errors(uri.shown):
            if uri.path is not None:
                if uri.path.exists() and not uri.path.is_dir():
                    raise StoreError(f"{uri} is a file, and embedded Qdrant needs a folder")
                embedded = Embedded.of(uri.path, uri.shown)
                return cls(embedded.client, uri, embedded)
            client = QdrantClient(**_address(uri, options), check_compatibility=False)
            try:
                client.get_collections()
            except BaseException:
                client.close()
                raise
            return cls(client, uri, None)

    # -- collections ---------------------------------------------------------------------------

    def collections(self) -> list[str]:
        found = self._call(lambda: self._client.get_collections().collections)
        return sorted(each.name for each in found if self._said(each.name))

    def read_schema(self, collection: str) -> CollectionSchema | None:
        if not self._call(lambda: self._client.collection_exists(collection)):
            return None
        said = self._said(collection)
        if said is None:
            raise StoreError(
                f"{self._uri} has a collection {collection!r} that towhee did not make; choose "
                "another name"
            )
        return CollectionSchema.from_json(said) if said else None

    def _said(self, collection: str) -> str | None:
        """What towhee says of a collection; empty if it is half made, ``None`` if not ours."""
        metadata = self._call(lambda: self._client.get_collection(collection).config.metadata)
        said = (metadata or {}).get(_SAYS)
        return said if isinstance(said, str) else None

    def create(self, schema: CollectionSchema) -> None:
        if self._call(lambda: self._client.collection_exists(schema.name)):
            if self.read_schema(schema.name) is not None:
                raise StoreError(f"{self._uri} has a collection {schema.name!r} already")
            self.drop(schema.name)
        self._call(lambda: self._create(schema))
        self.write_schema(schema)
        if self._said(schema.name) is None:
            self.drop(schema.name)
            raise StoreError(f"{self._uri} keeps no metadata: run Qdrant 1.16 or later")

    def _create(self, schema: CollectionSchema) -> None:
        from qdrant_client import models

        distance = models.Distance.EUCLID if schema.similarity == "L2" else models.Distance.DOT
        vector = models.VectorParams(
            size=schema.dimension, distance=distance, hnsw_config=hnsw_of(schema.index)
        )
        self._client.create_collection(
            schema.name,
            vectors_config={VECTOR: vector},
            sparse_vectors_config={points.SPARSE: models.SparseVectorParams()}
            if schema.sparse
            else None,
            metadata={_SAYS: ""},
        )
        if self._embedded is None:
            for field, kind in payload_indexes(schema):
                self._client.create_payload_index(schema.name, field, kind, wait=True)
        if schema.text is not None:
            self._client.create_payload_index(schema.name, schema.text, text_index(), wait=True)

    def write_schema(self, schema: CollectionSchema) -> None:
        metadata = {_SAYS: schema.to_json()}
        self._call(lambda: self._client.update_collection(schema.name, metadata=metadata))

    def drop(self, collection: str) -> None:
        self._call(lambda: self._client.delete_collection(collection))

    # -- rows ----------------------------------------------------------------------------------

    def upsert(self, schema: CollectionSchema, rows: RowBatch) -> None:
        if self._embedded is not None:
            embedded, written = self._embedded, points.as_points(schema, rows)
            self._call(lambda: embedded.upsert(schema.name, written))
            return
        size = max(1, _BYTES_IN_REQUEST // (_BYTES_OF_NUMBER * schema.dimension))
        for start in range(0, len(rows), size):
            some = points.as_points(schema, sliced(rows, start, start + size))
            self._upsert(schema, some)

    def _upsert(self, schema: CollectionSchema, some: list[Any]) -> None:
        self._call(lambda: self._client.upsert(schema.name, some, wait=True))

    def delete(self, schema: CollectionSchema, keys: Sequence[str]) -> None:
        from qdrant_client import models

        if keys:
            ids: list[Any] = list(map(points.point_id, keys))
            chosen = models.PointIdsList(points=ids)
            self._call(lambda: self._client.delete(schema.name, chosen, wait=True))

    def delete_where(self, schema: CollectionSchema, where: Expression) -> None:
        from qdrant_client import models

        chosen = models.FilterSelector(filter=filters.condition(schema, where))
        self._call(lambda: self._client.delete(schema.name, chosen, wait=True))

    def fetch(
        self, schema: CollectionSchema, keys: Sequence[str], *, vectors: bool, fields: Sequence[str]
    ) -> RowBatch:
        found: list[Any] = []
        if keys:
            found = self._call(
                lambda: self._client.retrieve(
                    schema.name,
                    list(map(points.point_id, keys)),
                    with_payload=[KEY, *fields],
                    with_vectors=vectors,
                )
            )
        return points.as_rows(schema, found, vectors, fields)

    def scan(
        self,
        schema: CollectionSchema,
        *,
        where: Expression | None,
        vectors: bool,
        fields: Sequence[str],
        batch: int,
    ) -> Iterator[RowBatch]:
        only = None if where is None else filters.condition(schema, where)

        def following(offset: Any) -> tuple[list[Any], Any]:
            return self._call(
                lambda: self._client.scroll(
                    schema.name,
                    scroll_filter=only,
                    limit=batch,
                    offset=offset,
                    with_payload=[KEY, *fields],
                    with_vectors=vectors,
                )
            )

        found, offset = following(None)
        while found:
            yield points.as_rows(schema, found, vectors, fields)
            if offset is None:
                return
            found, offset = following(offset)

    def count(self, schema: CollectionSchema, where: Expression | None) -> int:
        only = None if where is None else filters.condition(schema, where)
        counted = self._call(lambda: self._client.count(schema.name, only, exact=True))
        return int(counted.count)

    # -- searches ------------------------------------------------------------------------------

    def search(
        self,
        schema: CollectionSchema,
        queries: Vectors,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
        parameters: Mapping[str, int],
    ) -> list[list[Hit]]:
        from qdrant_client import models

        how = None  # the embedded form is exact by itself
        if self._embedded is None:
            is_flat = schema.index.kind == "flat"
            ef = parameters.get("ef")
            how = models.SearchParams(exact=is_flat, hnsw_ef=max(topk, ef) if ef else None)
        return self._found(schema, queries.tolist(), VECTOR, topk, where, fields, how)

    def text_search(
        self,
        schema: CollectionSchema,
        query: str,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[Hit]:
        from qdrant_client import models

        assert schema.text is not None
        if not any(character.isalnum() for character in query):
            return []
        asked = models.TextQuery(text=query)
        return self._found(schema, [asked], schema.text, topk, where, fields)[0]

    def sparse_search(
        self,
        schema: CollectionSchema,
        query: Sparse,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[Hit]:
        if not query:
            return []
        asked = points.as_sparse(query)
        return self._found(schema, [asked], points.SPARSE, topk, where, fields)[0]

    def _found(
        self,
        schema: CollectionSchema,
        queries: Sequence[Any],
        using: str,
        topk: int,
        where: Expression | None,
        fields: Sequence[str],
        how: Any = None,
    ) -> list[list[Hit]]:
        from qdrant_client import models

        only = None if where is None else filters.condition(schema, where)
        requests = [
            models.QueryRequest(
                query=query,
                using=using,
                filter=only,
                params=how,
                limit=topk,
                with_payload=[KEY, *fields],
            )
            for query in queries
        ]
        if not requests:
            return []
        found = self._call(lambda: self._client.query_batch_points(schema.name, requests))
        return [points.as_hits(schema, each.points, fields) for each in found]

    # -- keeping it in order -------------------------------------------------------------------

    def build_index(self, schema: CollectionSchema, index: IndexSpec) -> None:
        from qdrant_client import models

        if self._embedded is None:
            changed = {VECTOR: models.VectorParamsDiff(hnsw_config=hnsw_of(index))}
            self._call(lambda: self._client.update_collection(schema.name, vectors_config=changed))

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._embedded is not None:
            self._embedded.release()
        else:
            self._client.close()

    def _call(self, call: Callable[[], T]) -> T:
        if self._is_closed:
            raise StoreError(f"the connection to {self._uri} is closed; open the store again")
        if self._embedded is not None:
            self._embedded.require_own()
        with as_store_errors(self._uri.shown), self._lock:
            return call()


def _address(uri: StoreUri, options: Mapping[str, Any]) -> dict[str, Any]:
    """What the client is told of a server."""
    given: dict[str, Any] = {**uri.options, **options}
    unknown = set(given) - set(QdrantDriver.abilities.options)
    if unknown:
        raise UsageError(
            f"{uri} is opened with api_key, prefer_grpc, timeout, not {min(unknown)!r}"
        )
    scheme = "https" if uri.transport == "https" else "http"
    host = f"[{uri.host}]" if uri.host and ":" in uri.host else uri.host
    path = urlsplit(uri.text).path.rstrip("/")
    timeout = str(given.get("timeout", _TIMEOUT))
    if not timeout.isdigit() or not int(timeout):
        raise UsageError(f"timeout is a whole number of seconds, not {timeout!r}")
    return {
        "url": f"{scheme}://{host}:{uri.port or _PORT}{path}",
        "api_key": given.get("api_key"),
        "prefer_grpc": str(given.get("prefer_grpc", "")).lower() in ("1", "true", "yes"),
        "timeout": int(timeout),
    }
