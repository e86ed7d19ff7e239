"""Milvus as a store: a server, a cluster or Zilliz Cloud; Milvus Lite is in ``lite.py``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from towhee.errors import StoreError, UsageError
from towhee.search.filters import Expression, Leaf, matches
from towhee.search.stores.driver import Abilities, Driver, Hit, RowBatch, Sparse, Vectors
from towhee.search.stores.drivers.milvus.columns import (
    Row,
    batch_of,
    encoded_sparse,
    output_columns,
    payload_of,
    rows_of,
)
from towhee.search.stores.drivers.milvus.connecting import (
    OPTIONS,
    client_arguments,
    connected_client,
    merged_options,
    translated_errors,
)
from towhee.search.stores.drivers.milvus.filters import FilterLanguage
from towhee.search.stores.drivers.milvus.making import (
    milvus_indexes,
    milvus_schema,
    search_parameters,
    vector_index,
)
from towhee.search.stores.drivers.milvus.naming import (
    KEY,
    SPARSE,
    TEXT_SPARSE,
    VECTOR,
    index_name,
)
from towhee.search.stores.drivers.milvus.quoting import listed, quoted
from towhee.search.stores.drivers.milvus.refining import compared_exactly
from towhee.search.stores.drivers.milvus.session import Session
from towhee.search.stores.drivers.milvus.sizes import MOST_ROWS, rows_in_answer, rows_in_write
from towhee.search.stores.schema import INDEX_KINDS, CollectionSchema, IndexSpec
from towhee.search.stores.uri import StoreUri

_PROPERTY = "towhee.schema"
_UNFINISHED = "unfinished"


class MilvusDriver(Driver):
    """A connection to Milvus; ``connect`` gives one to a server, or to Milvus Lite."""

    name = "Milvus"
    abilities = Abilities(("flat", "hnsw", "ivf_flat"), text=True, sparse=True, options=OPTIONS)
    is_lite: ClassVar[bool] = False
    _least_page: ClassVar[int] = 1  # rows that a scan reads at once, whatever is asked for

    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def connect(cls, uri: StoreUri, options: Mapping[str, Any]) -> Driver:
        merged = merged_options(uri, options)
        from towhee.search.stores.drivers.milvus.lite import MilvusLiteDriver, opened_folder

        if uri.path is not None:
            return MilvusLiteDriver(opened_folder(uri, merged))
        client = connected_client(client_arguments(uri, merged), uri.shown)
        with translated_errors(uri.shown, "tell its version"):
            version = client.get_server_version(timeout=merged["timeout"])
        is_lite = str(version).startswith("milvus_lite")
        kind = MilvusLiteDriver if is_lite else MilvusServerDriver
        return kind(Session(client, uri.shown, merged, is_lite=is_lite))

    # -- collections -------------------------------------------------------------------------

    def collections(self) -> list[str]:
        with self._session.asked("list its collections") as client:
            names = client.list_collections(**self._session.call)
        return sorted(name for name in names if self._said_of(name) not in (None, _UNFINISHED))

    def read_schema(self, collection: str) -> CollectionSchema | None:
        with self._session.asked(f"look for the collection {collection!r}") as client:
            if not client.has_collection(collection, **self._session.call):
                return None
        said = self._said_of(collection)
        if said is None:
            raise StoreError(
                f"Milvus at {self._session.shown} has a collection {collection!r} that towhee did "
                "not make; choose another name"
            )
        return None if said == _UNFINISHED else CollectionSchema.from_json(said)

    def create(self, schema: CollectionSchema) -> None:
        name = schema.name
        with self._session.turn():
            if self.read_schema(name) is None:
                self._drop(name)
                self._session.clear_the_way(name)
            with self._session.asked(f"make the collection {name!r}") as client:
                client.create_collection(
                    name,
                    schema=milvus_schema(schema),
                    consistency_level=self._session.consistency,
                    properties={_PROPERTY: _UNFINISHED},
                    **self._session.call,
                )
            self._session.index(name, milvus_indexes(schema))
            self.write_schema(schema)

    def write_schema(self, schema: CollectionSchema) -> None:
        self._say(schema.name, schema.to_json())

    def drop(self, collection: str) -> None:
        if self.read_schema(collection) is not None:
            # What is left of a removal that was cut off is not taken for a collection.
            self._say(collection, _UNFINISHED)
        self._drop(collection)

    def build_index(self, schema: CollectionSchema, index: IndexSpec) -> None:
        # Said between the two, so that one which is cut off is made as it is said, or was before.
        with self._session.turn():
            self._remove_index(schema.name)
            try:
                self.write_schema(replace(schema, index=index))
                self._session.index(schema.name, vector_index(schema, index))
            except StoreError:
                with suppress(StoreError):
                    self._remove_index(schema.name)
                    self.write_schema(schema)
                raise

    def _remove_index(self, collection: str) -> None:
        self._session.forget(collection)
        with self._session.asked(f"remove the index of {collection!r}") as client:
            client.release_collection(collection, **self._session.call)
            client.drop_index(collection, index_name(VECTOR), **self._session.call)

    def flush(self, schema: CollectionSchema) -> None:
        with self._session.asked(f"write {schema.name!r} to its files") as client:
            client.flush(schema.name, **self._session.call)

    def _drop(self, collection: str) -> None:
        self._session.forget(collection)
        with self._session.asked(f"remove the collection {collection!r}") as client:
            if client.has_collection(collection, **self._session.call):
                client.drop_collection(collection, **self._session.call)

    def _said_of(self, collection: str) -> str | None:
        with self._session.asked(f"describe the collection {collection!r}") as client:
            said = client.describe_collection(collection, **self._session.call)
        text: str | None = dict(said.get("properties") or {}).get(_PROPERTY)
        return text

    def _say(self, collection: str, text: str) -> None:
        with self._session.asked(f"describe the collection {collection!r}") as client:
            client.alter_collection_properties(collection, {_PROPERTY: text}, **self._session.call)

    # -- rows --------------------------------------------------------------------------------

    def upsert(self, schema: CollectionSchema, rows: RowBatch) -> None:
        encoded = rows_of(schema, rows, is_lite=self.is_lite)
        step = rows_in_write(schema, rows)
        for start in range(0, len(encoded), step):
            with self._session.writing(f"write rows to {schema.name!r}") as client:
                client.upsert(schema.name, encoded[start : start + step], **self._session.call)

    def delete(self, schema: CollectionSchema, keys: Sequence[str]) -> None:
        if keys:
            self._delete(schema, f"{KEY} in {listed(keys)}")

    def delete_where(self, schema: CollectionSchema, where: Expression) -> None:
        self._delete(schema, self._filter(schema, where))

    def _delete(self, schema: CollectionSchema, text: str) -> None:
        self._session.load(schema)
        with self._session.writing(f"remove rows from {schema.name!r}") as client:
            client.delete(schema.name, filter=text, **self._session.call)

    def fetch(
        self, schema: CollectionSchema, keys: Sequence[str], *, vectors: bool, fields: Sequence[str]
    ) -> RowBatch:
        rows: list[Row] = []
        columns = output_columns(schema, vectors=vectors, fields=fields)
        step = rows_in_answer(schema)
        for start in range(0, len(keys), step):
            wanted = f"{KEY} in {listed(keys[start : start + step])}"
            rows += self._queried(schema, wanted, columns)
        return batch_of(schema, rows, vectors=vectors, fields=fields)

    def scan(
        self,
        schema: CollectionSchema,
        *,
        where: Expression | None,
        vectors: bool,
        fields: Sequence[str],
        batch: int,
    ) -> Iterator[RowBatch]:
        # pymilvus has a QueryIterator, which fails at a key with a quotation mark.
        text = self._filter(schema, where)
        columns = output_columns(schema, vectors=vectors, fields=fields)
        page = min(rows_in_answer(schema), max(batch, self._least_page))
        last = ""
        while True:
            behind = f"{KEY} > {quoted(last)}"
            rows = self._queried(
                schema,
                f"{behind} and ({text})" if text else behind,
                columns,
                limit=page,
                iterator="True",
                reduce_stop_for_best="True",
            )
            for start in range(0, len(rows), batch):
                some = rows[start : start + batch]
                yield batch_of(schema, some, vectors=vectors, fields=fields)
            if len(rows) < page:
                return
            last = rows[-1][KEY]

    def count(self, schema: CollectionSchema, where: Expression | None) -> int:
        rows = self._queried(schema, self._filter(schema, where), ["count(*)"])
        return int(rows[0]["count(*)"])

    def _queried(
        self, schema: CollectionSchema, text: str, columns: list[str], **more: Any
    ) -> list[Row]:
        self._session.load(schema)
        with self._session.asked(f"read rows of {schema.name!r}") as client:
            rows: list[Row] = client.query(
                schema.name,
                filter=text,
                output_fields=columns,
                consistency_level=self._session.consistency,
                **more,
                **self._session.call,
            )
        return rows

    # -- searches ----------------------------------------------------------------------------

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
        refined = topk * parameters.get("refine", 1)
        limit = self._limit(topk if refined > MOST_ROWS else refined)
        columns = output_columns(schema, vectors="refine" in parameters, fields=fields)
        found = self._found(
            schema,
            VECTOR,
            list(queries),
            limit,
            self._filter(schema, where),
            columns[1:],
            schema.similarity,
            search_parameters(schema.index.kind, dict(parameters), limit),
        )
        if "refine" in parameters:
            found = [
                compared_exactly(schema, query, rows)[:topk]
                for query, rows in zip(queries, found, strict=True)
            ]
        is_squared = schema.similarity == "L2"
        return [
            [
                Hit(
                    row[KEY],
                    float(np.sqrt(max(0.0, row["distance"]))) if is_squared else row["distance"],
                    payload_of(schema, row["entity"], fields),
                )
                for row in rows
            ]
            for rows in found
        ]

    def text_search(
        self,
        schema: CollectionSchema,
        query: str,
        topk: int,
        *,
        where: Expression | None,
        fields: Sequence[str],
    ) -> list[Hit]:
        if not query.strip():  # which Milvus refuses
            return []
        return self._sparse_hits(schema, TEXT_SPARSE, query, topk, where, fields, "BM25")

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
        numbers = encoded_sparse(query, is_lite=self.is_lite)
        return self._sparse_hits(schema, SPARSE, numbers, topk, where, fields, "IP")

    def _sparse_hits(
        self,
        schema: CollectionSchema,
        column: str,
        query: Any,
        topk: int,
        where: Expression | None,
        fields: Sequence[str],
        metric: str,
    ) -> list[Hit]:
        text = self._filter(schema, where, for_sparse=True)
        columns = output_columns(schema, vectors=False, fields=fields)[1:]
        limit = self._limit(topk)
        rows = self._found(schema, column, [query], limit, text, columns, metric, {})[0]
        sign = -1.0 if self.is_lite and metric == "BM25" else 1.0  # Lite gives costs there
        return [
            Hit(row[KEY], sign * row["distance"], payload_of(schema, row["entity"], fields))
            for row in rows
        ]

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
        self._session.load(schema)
        with self._session.asked(f"search in {schema.name!r}") as client:
            return list(
                client.search(
                    schema.name,
                    data=queries,
                    anns_field=column,
                    filter=text,
                    limit=limit,
                    output_fields=columns,
                    search_params={"metric_type": metric, "params": dict(parameters)},
                    consistency_level=self._session.consistency,
                    **self._session.call,
                )
            )

    def _limit(self, topk: int) -> int:
        if topk > MOST_ROWS:
            raise UsageError(
                f"Milvus finds up to {MOST_ROWS:,} rows in a search, not {topk:,}; ask for fewer, "
                "or read all of them with rows()"
            )
        return topk

    # -- within ------------------------------------------------------------------------------

    def _filter(
        self, schema: CollectionSchema, where: Expression | None, *, for_sparse: bool = False
    ) -> str:
        language = FilterLanguage(
            schema.stored_fields, self.is_lite, lambda leaf: self._keys_of(schema, leaf)
        )
        return language.written(where, for_sparse=for_sparse)

    def _keys_of(self, schema: CollectionSchema, leaf: Leaf) -> list[str]:
        """The keys of the rows for which a leaf holds, by reading all of its column."""
        name = leaf.field.name
        fields = [] if name == KEY else [name]
        keys: list[str] = []
        for rows in self.scan(schema, where=None, vectors=False, fields=fields, batch=MOST_ROWS):
            values = rows.payload[name] if fields else rows.keys
            for key, value in zip(rows.keys, values, strict=True):
                if matches(leaf, {name: value}):
                    keys.append(key)
        return keys

    def close(self) -> None:
        self._session.close()


class MilvusServerDriver(MilvusDriver):
    """A connection to a server, a cluster, or Zilliz Cloud."""

    abilities = Abilities(INDEX_KINDS, text=True, sparse=True, options=OPTIONS)
