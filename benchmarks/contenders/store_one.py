"""Rows into a store and searches of it: through towhee, or by a loop over the store's own client.

python contenders/store_one.py '{"store": "lancedb", "way": "loop", "folder": "/tmp/x", …}'

Both write the same rows under the same keys, a thousand at a time, so that doing it twice leaves
each once; and both search with the same queries, a hundred at a time, for keys, scores and payload.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 1000
QUERIES_AT_ONCE = 100
TOPK = 10


def data(rows: int, dimension: int, queries: int) -> tuple[np.ndarray, np.ndarray, dict[str, list]]:
    """Vectors at unit length in clusters, queries near some of them, and a payload."""
    chance = np.random.default_rng(0)
    centres = chance.normal(size=(200, dimension)).astype(np.float32)
    vectors = centres[chance.integers(0, 200, rows)]
    vectors = vectors + 0.7 * chance.normal(size=vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near = vectors[chance.integers(0, rows, queries)]
    near = near + 0.02 * chance.normal(size=near.shape).astype(np.float32)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    payload = {
        "title": [f"photograph number {place}" for place in range(rows)],
        "year": [1950 + place % 75 for place in range(rows)],
        "rating": [place / rows for place in range(rows)],
    }
    return vectors, near, payload


class Towhee:
    """Through ``to_store`` and ``VectorStore.search``."""

    def __init__(self, store: str, folder: Path) -> None:
        self.uri = f"milvus:///{folder}/x.db" if store == "milvus" else f"{store}:///{folder}"

    def given(self, keys: list[str], vectors: np.ndarray, payload: dict[str, list]) -> Any:
        """The rows as a chain has them."""
        from towhee import DataCollection

        columns = {"key": keys, "vector": list(vectors), **payload}
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return DataCollection(rows)

    def write(self, rows: Any) -> None:
        rows.to_store["key", "vector"](self.uri, "rows", metric="IP", batch_size=BATCH)

    def search(self, queries: np.ndarray) -> list[list[str]]:
        from towhee import open_store

        if not hasattr(self, "store"):
            self.store = open_store(self.uri, "rows")
        return [found.keys for found in self.store.search(queries, TOPK)]


class LanceDBLoop:
    """What the documentation of LanceDB does: merge into a table, search it."""

    def __init__(self, store: str, folder: Path) -> None:
        import lancedb

        self.connection = lancedb.connect(folder)

    def given(self, *columns: Any) -> Any:
        """The columns as they are."""
        return columns

    def write(self, columns: Any) -> None:
        keys, vectors, payload = columns
        import pyarrow as pa

        table = None
        for start in range(0, len(keys), BATCH):
            part = slice(start, start + BATCH)
            flat = pa.array(vectors[part].reshape(-1))
            batch = pa.table(
                {
                    "key": keys[part],
                    "vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
                    **{name: values[part] for name, values in payload.items()},
                }
            )
            if table is None:
                table = self.connection.create_table("rows", batch)
            else:
                merge = table.merge_insert("key").when_matched_update_all()
                merge.when_not_matched_insert_all().execute(batch)

    def search(self, queries: np.ndarray) -> list[list[str]]:
        if not hasattr(self, "table"):
            self.table = self.connection.open_table("rows")
        search = self.table.search(queries, vector_column_name="vector").distance_type("dot")
        rows = search.limit(TOPK).select(["key", "title", "year", "rating", "_distance"]).to_list()
        found: list[list[str]] = [[] for _ in queries]
        for row in rows:
            found[row["query_index"]].append(row["key"])
        return found


class MilvusLoop:
    """What the documentation of Milvus does: upsert dictionaries, search."""

    def __init__(self, store: str, folder: Path) -> None:
        from pymilvus import MilvusClient

        self.client = MilvusClient(str(folder / "x.db"))

    def given(self, *columns: Any) -> Any:
        """The columns as they are."""
        return columns

    def write(self, columns: Any) -> None:
        keys, vectors, payload = columns
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=2048)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
        schema.add_field("title", DataType.VARCHAR, max_length=65535, nullable=True)
        schema.add_field("year", DataType.INT64, nullable=True)
        schema.add_field("rating", DataType.DOUBLE, nullable=True)
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")
        self.client.create_collection(
            "rows", schema=schema, index_params=index, consistency_level="Strong"
        )
        names = list(payload)
        for start in range(0, len(keys), BATCH):
            part = slice(start, start + BATCH)
            columns = zip(
                keys[part],
                vectors[part].tolist(),
                *(payload[name][part] for name in names),
                strict=True,
            )
            columns_of = ("key", "vector", *names)
            rows = [dict(zip(columns_of, row, strict=True)) for row in columns]
            self.client.upsert("rows", rows)
        self.client.flush("rows")

    def search(self, queries: np.ndarray) -> list[list[str]]:
        found = self.client.search(
            "rows",
            data=list(queries),
            limit=TOPK,
            output_fields=["title", "year", "rating"],
            search_params={"metric_type": "IP"},
        )
        return [[hit["key"] for hit in hits] for hits in found]


LOOPS: dict[str, Callable[..., Any]] = {"lancedb": LanceDBLoop, "milvus": MilvusLoop}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def main() -> None:
    """Write, search, and print what it took."""
    job = json.loads(sys.argv[1])
    vectors, queries, payload = data(job["rows"], job["dimension"], job["queries"])
    keys = [f"photos/{place:07}.jpg" for place in range(len(vectors))]
    way = Towhee if job["way"] == "towhee" else LOOPS[job["store"]]
    # The first use of a client imports it, and much besides.
    warm = way(job["store"], _made(Path(job["folder"]) / "warm"))
    few = {name: values[:QUERIES_AT_ONCE] for name, values in payload.items()}
    warm.write(warm.given(keys[:QUERIES_AT_ONCE], vectors[:QUERIES_AT_ONCE], few))
    warm.search(queries[:QUERIES_AT_ONCE])
    made = way(job["store"], _made(Path(job["folder"]) / "measured"))
    given = made.given(keys, vectors, payload)
    started = time.perf_counter()
    made.write(given)
    writing = time.perf_counter() - started
    del given  # so that the collector of garbage has the same to look through
    blocks = np.split(queries, range(QUERIES_AT_ONCE, len(queries), QUERIES_AT_ONCE))
    made.search(blocks[0])
    started = time.perf_counter()
    found = [result for block in blocks for result in made.search(block)]
    searching = time.perf_counter() - started
    truth = np.argmax(queries @ vectors.T, axis=1)
    right = sum(result[0] == keys[place] for result, place in zip(found, truth, strict=True))
    print(
        json.dumps(
            {
                "rows_per_second": len(keys) / writing,
                "queries_per_second": len(queries) / searching,
                "nearest_found": right / len(queries),
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
